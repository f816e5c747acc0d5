from dataclasses import replace

import pytest

from guidelines.analysis.machines.nearest import nearest
from guidelines.report.subjects.nearest import document, sentence
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition


@pytest.fixture
def sweep_of(entry_of_passes, results):
    """Results of a sweep whose g=8 has a slow-down in each pass."""

    def sweep_of(*slowdowns, **changes):
        baseline = entry_of_passes("g=1", [1.0] * len(slowdowns), **changes)
        return results(baseline, entry_of_passes("g=8", slowdowns, **changes))

    return sweep_of


@pytest.fixture
def recorded(sweep_of):
    return {"a-device": sweep_of(2.0, 2.001, 1.999)}


def test_the_nearest_device_and_the_number_of_slow_downs(sweep_of, recorded):
    line = sentence(nearest(sweep_of(2.0, 2.002, 1.999), recorded))
    assert line.startswith("nearest is a-device: slow-downs differ by a factor of 1.00")
    assert line.endswith("(root mean square of 1)")


def test_that_none_is_near(sweep_of, recorded):
    line = sentence(nearest(sweep_of(3.0, 3.002, 2.999), recorded))
    assert line.startswith(
        "no recorded device is near: a-device comes nearest, slow-downs differ by a factor"
    )
    assert line.endswith("; near is up to 1.1")


def test_devices_that_are_equally_near(sweep_of, recorded):
    two = recorded | {"b-device": sweep_of(2.0, 2.001, 1.998)}
    line = sentence(nearest(sweep_of(2.0, 2.002, 1.999), two))
    assert line.partition(":")[0] in (
        "a-device and b-device are equally near",
        "b-device and a-device are equally near",
    )


def test_that_nothing_tells_which_device_is_nearest(sweep_of, recorded):
    two = recorded | {"b-device": sweep_of(2.0, 2.001, 1.998)}
    line = sentence(nearest(sweep_of(1.2, 2.0, 3.4), two))
    assert line.startswith("cannot tell which is nearest, ")
    assert line.endswith("; more passes tell")


def test_what_the_nearest_device_lacks_is_named(sweep_of, entry_of_passes, results, recorded):
    both = []
    for mode in ("eager", "compile"):
        condition = Condition("cpu", "a", mode=mode)
        both.append(entry_of_passes("g=1", [1.0, 1.0], condition=condition))
        both.append(entry_of_passes("g=8", [2.0, 2.0], condition=condition))
    shown = document([nearest(results(*both), recorded)])
    assert "not compared, because a-device lacks it: G2 under cpu-compile" in shown.lead
    alone = document([nearest(results(*both[:2]), recorded)])
    assert not any("not compared" in line for line in alone.lead)


def test_the_sides_of_several_files_have_their_names(sweep_of, recorded):
    found = nearest(sweep_of(2.0, 2.002, 1.999), recorded)
    (a, b) = [line for line in document([found]).lead if line[:4] in ("A = ", "B = ")]
    several = document([found, found]).lead
    name = several[0].partition("nearest is")[0]
    assert {f"{name}{a}", f"{name}{b}"} <= set(several)


def test_a_departure_with_the_figures_of_both_and_that_it_was_disturbed(sweep_of, recorded):
    own = sweep_of(3.0, 3.002, 2.999, disturbed=(1, 2, 3))
    (line,) = document([nearest(own, recorded)]).sections[1].verdicts
    assert line.startswith("G2 x1 g=8 STRONGER: 3.00x the time of g=1, 2.00x on a-device; ratio 1.50 [")
    assert line.endswith("; it was disturbed")


def test_why_there_is_no_distance(sweep_of, recorded):
    waiting = Circumstances(launch_s=2e-3, device_s=1e-3)
    own = sweep_of(2.0, 2.002, 1.999)
    about_launches = replace(own, measured=tuple(replace(m, circumstances=(waiting,)) for m in own.measured))
    assert sentence(nearest(about_launches, recorded)) == (
        "no distance to a-device: what is shared is about launches; mode cudagraph shows the device"
    )
    short = sweep_of(2.0, rounds=3)
    assert sentence(nearest(short, recorded)) == (
        "no distance to a-device: intervals are missing; more rounds or passes give these"
    )


def test_one_of_several_files_may_have_nothing_in_common(sweep_of, recorded):
    other = replace(sweep_of(2.0, 2.1, condition=Condition("cpu", "a", batch_size=2)), sources=("b.json",))
    both = document([nearest(sweep_of(2.0, 2.002, 1.999), recorded), nearest(other, recorded)])
    assert "b.json: nothing in common with the recorded devices" in both.lead
    assert both.sections[0].title == "a.json: Distances"


def test_cells_of_the_map_lead_to_the_table_of_their_guideline(sweep_of, recorded):
    found = nearest(sweep_of(3.0, 3.002, 2.999), recorded)
    shown = document([found, found])
    for heat_map in shown.heat_maps:
        (cell,) = heat_map.rows[0].cells
        assert shown.sections[cell.section].picture == "G2"
    assert len({heat_map.rows[0].cells[0].section for heat_map in shown.heat_maps}) == 2
