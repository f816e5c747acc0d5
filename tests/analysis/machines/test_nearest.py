from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path
from random import Random

import pytest

from guidelines.analysis.machines.nearest import NEAR, by_device, nearest
from guidelines.analysis.measured import results_of
from guidelines.atlas.recorded import names, recorded
from guidelines.results.files import load
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition
from guidelines.stats.passes import OfPass

EPYC, H200 = recorded(["epyc-2-cores", "h200"])
ATLAS = {device.name: results_of(device.run) for device in recorded(names())}
# An earlier run of the same machine.
EPYC_BEFORE = Path(__file__).parents[3] / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
SEEDS = range(20)


def made_up(seed, factors=lambda place: 1.0):
    return results_of(made_up_run(seed, factors))


def made_up_run(seed, factors=lambda place: 1.0, of_sweep=0.02, of_row=0.015):
    """A run of the EPYC's curves, its passes with noise of a sweep and of a row, times factors."""
    random, noise = Random(seed), {}
    entries = []
    for entry in EPYC.run.entries:
        place, passes = entry.place, []
        centre = 1.0 if entry.is_baseline else entry.slowdown.estimate * factors(place)
        for each in entry.passes:
            shared = noise.setdefault((place.sweep_key, each.number), random.gauss(0, of_sweep))
            control = noise.setdefault((place.sweep_key, each.number, "control"), random.gauss(0, of_row))
            own = 0.0 if entry.is_baseline else shared + random.gauss(0, of_row)
            slowdown = OfPass(centre * exp(own), 0.005)
            passes.append(replace(each, slowdown=slowdown, control=OfPass(exp(control), 0.005)))
        entries.append(replace(entry, passes=tuple(passes)))
    return replace(EPYC.run, entries=tuple(entries))


def beside_one(own, device):
    return nearest(own, {"device": device}).neighbours[0]


def guidelines_of(departures):
    return {row.a.place.guideline for row in departures}


@pytest.mark.parametrize("name", names())
def test_a_recorded_device_is_nearest_to_itself_and_departs_nowhere(name):
    found = nearest(ATLAS[name], ATLAS)
    assert found.first.name == name
    assert found.first.distance.estimate == 1.0
    assert found.is_near
    assert found.equally_near == ()
    assert found.first.departures == ()


def test_another_run_of_a_recorded_machine_is_nearest_to_it():
    found = nearest(results_of(load(EPYC_BEFORE, 10**8)), ATLAS)
    assert found.first.name == "epyc-2-cores"
    assert found.equally_near == ()
    assert found.first.distance.estimate < 1.01
    assert found.first.departures == ()


def test_equal_devices_with_noise_do_not_depart():
    told = sum(bool(beside_one(made_up(seed), made_up(seed + 100)).departures) for seed in SEEDS)
    assert told <= 1


def test_a_device_departs_where_its_slow_downs_were_changed_and_only_there():
    planted = {"x1": 1.5, "x2": 1.35, "x4": 1.25}

    def factors(place):
        return planted[place.sweep] if place.guideline == "G2" else 1.0

    found = [beside_one(made_up(seed, factors), made_up(seed + 100)).departures for seed in SEEDS]
    right = [[row.a.place.sweep for row in rows] == list(planted) for rows in found]
    assert sum(guidelines_of(rows) == {"G2"} for rows in found) >= 19
    assert sum(right) >= 15  # the largest first
    assert all(row.outcome == "STRONGER" for rows in found for row in rows if row.a.place.guideline == "G2")


def test_the_interval_of_a_distance_holds_the_true_one():
    factor = {"G1": 1.1, "G2": 0.9, "G3": 1.05, "G4": 1.0}
    rows = [entry.place for entry in EPYC.run.entries if not entry.is_baseline]
    truth = exp(sqrt(sum(log(factor[place.guideline]) ** 2 for place in rows) / len(rows)))
    held = 0
    for seed in SEEDS:
        distance = beside_one(
            made_up(seed, lambda place: factor[place.guideline]), made_up(seed + 100)
        ).distance
        held += distance.low <= truth <= distance.high
    assert held >= 18


@pytest.mark.parametrize("passes", [2, 3, 5])
def test_the_distance_does_not_depend_on_the_number_of_passes(passes):
    def first_passes(results):
        entries = [replace(entry, passes=entry.passes[:passes]) for entry in results.entries]
        return results_of(replace(results, entries=tuple(entries)))

    for seed in range(5):
        own, other = made_up_run(seed, lambda place: 1.11), made_up_run(seed + 100)
        told = beside_one(first_passes(own), first_passes(other)).distance
        assert told.estimate == pytest.approx(1.11, abs=0.02)
        assert told.low <= 1.11 <= told.high


def test_devices_that_noise_does_not_tell_apart_are_equally_near():
    own = made_up(0)
    found = nearest(own, {"one": made_up(1), "other": made_up(2), "far": made_up(3, lambda place: 1.2)})
    assert {found.first.name, *found.equally_near} == {"one", "other"}


def test_a_device_whose_curves_are_like_none_is_near_to_none():
    own = made_up(0, lambda place: 1.5 if place.row % 2 else 0.7)
    found = nearest(own, ATLAS)
    assert found.first.distance.low > NEAR
    assert not found.is_near


def test_slow_downs_about_launches_are_left_out_and_counted():
    waiting = Circumstances(launch_s=2e-3, device_s=1e-3)
    entries = []
    for entry in EPYC.run.entries:
        passes = tuple(replace(each, circumstances=waiting) for each in entry.passes)
        entries.append(replace(entry, passes=passes))
    found = nearest(results_of(replace(EPYC.run, entries=tuple(entries))), {"epyc": ATLAS["epyc-2-cores"]})
    assert found.first is None
    assert not found.is_near
    assert [(each.distance, each.about_launches) for each in found.neighbours] == [(None, 39)]


def test_only_the_same_condition_but_for_the_device_counts():
    def under(**changes):
        entries = []
        for entry in EPYC.run.entries:
            condition = replace(entry.place.condition, **changes)
            place = replace(entry.place, condition=condition)
            entries.append(replace(entry, identity=replace(entry.identity, place=place)))
        return results_of(replace(EPYC.run, entries=tuple(entries)))

    device = {"epyc": ATLAS["epyc-2-cores"]}
    assert nearest(under(device="npu", device_name="a new device"), device).first.distance.rounds == 39
    for other in ({"batch_size": 2}, {"threads": 2}, {"layout": "nhwc"}, {"mode": "compile"}):
        assert nearest(under(**other), device).neighbours == ()


def test_rows_under_several_conditions_name_theirs():
    entries = []
    for entry in H200.run.entries:
        passes = []
        for each in entry.passes:
            ratio = 1.0 if entry.is_baseline else 1.5
            passes.append(replace(each, slowdown=OfPass(each.slowdown.estimate * ratio, 0.005)))
        entries.append(replace(entry, passes=tuple(passes)))
    found = nearest(results_of(replace(H200.run, entries=tuple(entries))), {"h200": ATLAS["h200"]})
    conditions = {row.sweep.rpartition(" ")[2] for row in found.first.departures}
    assert conditions == {"(cuda:0)", "(cuda:0-cudagraph)"}


def test_each_device_of_a_machine_stands_alone(under):
    of_devices = by_device(under(Condition("cpu", "a processor"), Condition("cuda:0", "a card")))
    devices = [{m.place.condition.device for m in each.measured} for each in of_devices]
    assert devices == [{"cpu"}, {"cuda:0"}]
