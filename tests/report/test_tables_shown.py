import re
from dataclasses import replace
from pathlib import Path

import pytest

from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.report.document import Document
from guidelines.report.formats import html
from guidelines.report.formats.text import render
from guidelines.report.records import of_tables
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.machines import by_condition, document
from guidelines.report.subjects.tables import sections
from guidelines.results.model import Circumstances, Failure
from guidelines.spec.work import Cost

GOLDEN = Path(__file__).parent / "golden"


def shown(results, width):
    return render(Document("", (), sections(tables(results))), width)


def whole(results, width):
    return render(Document("", (), sections(tables(results)), answer=lines([tables(results)])), width)


@pytest.fixture
def two_sweeps(entry, results):
    """G2 at x1 and x2, a variant of unequal work, and one that failed."""
    heavy = {"widths": (184,), "work_ratio": 1.033, "multiply_adds": 132_689_920}
    entries = [
        entry("g=1", 1.0),
        entry("g=2", 1.2),
        entry("g=8", 1.9, **heavy),
        entry("g=1", 1.0, sweep="x2"),
        entry("g=8", 1.02, sweep="x2", **heavy, spread=0.1),
    ]
    place = entry("g=2", 1.0, sweep="x2").place
    failure = Failure(
        place, (180,), Cost(multiply_adds=508 * 10**6, memory_access=11 * 10**6), "RuntimeError: no memory"
    )
    return results(*entries, failures=[failure])


@pytest.mark.parametrize("width", [80, 160])
def test_the_report_is_as_it_was_read_and_approved(two_sweeps, width):
    assert whole(two_sweeps, width) + "\n" == (GOLDEN / f"report_{width}.txt").read_text("utf-8")


def test_a_verdict_per_multiply_add_names_the_time_beside_it(entry, results):
    (line,) = sections(tables(results(entry("g=1", 1.0), entry("g=8", 2.0, spread=0, work_ratio=1.25))))[
        0
    ].verdicts
    assert line.startswith("G2 x1 holds: g=8 is 1.6x slower per mult-add than g=1 [")
    assert line.endswith("] (paper 1.39x), 2x in time")
    (line,) = sections(tables(results(entry("g=1", 1.0), entry("g=8", 1.2, spread=0, work_ratio=1.5))))[
        0
    ].verdicts
    assert "g=8 is 1.25x faster per mult-add than g=1" in line
    assert "(paper 1.39x slower), 1.2x slower in time" in line


@pytest.mark.parametrize(("guideline", "is_said"), [("G2", True), ("G5", False)])
def test_only_guidelines_of_the_paper_have_its_widths(entry, results, guideline, is_said):
    how = {"guideline": guideline}
    run = results(entry("g=1", 1.0, **how), entry("g=8", 2.0, **how))
    assert ("published widths" in shown(run, 200)) is is_said
    lead = document(matrix([run, run])).lead
    assert ("published widths" in " ".join(lead)) is is_said
    exact = replace(entry("g=1", 1.0).place.condition, channel_rule="exact")
    assert "aligned widths" in shown(results(entry("g=1", 1.0, condition=exact, **how)), 200)


@pytest.mark.parametrize("width", [80, 120])
def test_a_report_keeps_to_the_width(two_sweeps, width):
    assert max(map(len, whole(two_sweeps, width).splitlines())) <= width


def test_a_guideline_of_ones_own_is_reported_without_the_paper(entry, results):
    run = results(*(entry(name, s, guideline="G5") for name, s in (("g=1", 1.0), ("g=8", 2.0))))
    text = shown(run, 80)
    assert text.startswith("G5 claim\n")
    assert "(paper" not in text


def disturbed(entry, **changes):
    """G2 x1 with circumstances of its own."""
    how = Circumstances(**changes)
    return [entry(variant, s, circumstances=how) for variant, s in (("g=1", 1.0), ("g=8", 2.0))]


def test_a_disturbed_sweep_is_marked_with_the_reason(entry, results):
    run = results(*disturbed(entry, disturbed=("other processes used 1.40 of 2 processors",)))
    for width in (80, 160):
        text = shown(run, width)
        assert "x1 !" in text.split("g=1")[0]
        assert "x1 ! disturbed: other processes used 1.40 of 2 processors" in text


def test_what_was_noticed_of_a_network_is_said_once_and_marks_nothing(entry, results):
    run = results(*disturbed(entry, noted=("g=8: its output is all zeros",)))
    text = shown(run, 120)
    assert text.count("x1 g=8: its output is all zeros\n") == 1
    assert "!" not in text
    assert "x1 g=8: its output is all zeros" in html.render(Document("", (), sections(tables(run))), {})
    assert {record["noted"] for record in of_tables(run, tables(run))} == {"g=8: its output is all zeros"}


def test_what_was_dropped_for_a_new_measurement_is_said(entry, results):
    run = results(*disturbed(entry, retried=("a hog", "another")))
    text = shown(run, 120)
    assert "x1 was measured again: a hog\nx1 was measured again: another\n" in text
    assert "!" not in text


def test_a_device_time_of_almost_nothing_gives_no_infinite_ratio(entry, results):
    text = shown(results(*disturbed(entry, launch_s=5e-3, device_s=5e-324)), 120)
    assert "takes the CPU longer than computing it takes" in text


def test_cells_whose_time_is_that_of_launching_are_marked_with_what_would_show_the_device(entry, results):
    text = shown(results(*disturbed(entry, launch_s=5e-3, device_s=2e-3)), 120)
    assert re.search(r"^ *g=8 .* ±[\d.]+\*", text, re.MULTILINE)
    assert "takes the CPU up to 2.5 times as long as computing it takes" in text
    assert "--batch-size auto, or --mode cudagraph --device cpu would" in " ".join(text.split())
    assert "G2 x1 * launches decide, not the device: g=8 is" in text
    assert "±, [ ]: 99 % each" in text
    assert "*" not in shown(results(*disturbed(entry, launch_s=1e-3, device_s=2e-3)), 120)


def test_a_launch_beside_a_device_that_takes_no_time_has_no_ratio(entry, results):
    text = " ".join(shown(results(*disturbed(entry, launch_s=5e-3, device_s=0.0)), 120).split())
    assert "takes the CPU longer than computing it takes the device" in text
    assert "times as long" not in text


def bound(entry, *names, **changes):
    """G2 x1, of which those named wait for their launches."""
    return [
        entry(
            variant,
            s,
            circumstances=Circumstances(launch_s=5e-3, device_s=2e-3 if variant in names else 9e-3),
            **changes,
        )
        for variant, s in (("g=1", 1.0), ("g=2", 1.2), ("g=8", 2.0))
    ]


@pytest.mark.parametrize(
    ("waiting", "marked"), [(["g=1"], ["g=1", "g=2", "g=8"]), (["g=2"], ["g=2"]), ([], [])]
)
def test_a_slowdown_is_marked_where_it_or_its_baseline_waits_for_launches(entry, results, waiting, marked):
    text = shown(results(*bound(entry, *waiting)), 120)
    assert re.findall(r"^ *(g=\d) .*\*", text, re.MULTILINE) == marked


def test_the_interval_of_what_launches_decide_is_said_to_stand_alone(entry, results):
    other = [entry(v, s, sweep="x2") for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    text = " ".join(shown(results(*bound(entry, "g=8"), *other), 120).split())
    assert "G2 x1 * launches decide, not the device: " in text
    assert "G2 x2 holds: " in text
    assert "for the verdicts of the table together (Holm), each alone if launches decide" in text


def test_a_graph_is_not_advised_where_there_is_one(entry, results):
    graphs = replace(entry("g=1", 1.0).place.condition, mode="cudagraph")
    text = shown(results(*bound(entry, "g=8", condition=graphs)), 200)
    assert "--batch-size auto would" in text
    assert "--mode cudagraph" not in text


@pytest.mark.parametrize(
    ("mode", "prepared"),
    [("compile", "compiled"), ("cudagraph", "captured"), ("eager", "prepared"), ("unheard of", "prepared")],
)
def test_the_time_to_compile_or_capture_is_said_apart(entry, results, mode, prepared):
    condition = replace(entry("g=1", 1.0).place.condition, mode=mode)
    how = {"condition": condition, "circumstances": Circumstances(setup_s=2.5)}
    text = shown(results(*(entry(v, s, **how) for v, s in (("g=1", 1.0), ("g=8", 2.0)))), 120)
    assert f"x1 {prepared} in 2.5 to 2.5 s a network, before the timing" in text


def test_a_network_that_needs_no_preparing_has_no_time_for_it(entry, results):
    text = shown(results(*disturbed(entry)), 120)
    assert not re.search("compiled|captured|prepared", text)


def test_a_skipped_variant_is_not_called_failed(two_sweeps):
    skip = replace(two_sweeps.failures[0], reason="skipped: not here", is_skip=True)
    text = shown(replace(two_sweeps, failures=(skip,)), 80)
    assert "failed" not in text
    assert "x2 g=2 skipped: not here" in text


def test_several_conditions_of_a_machine_are_set_beside_each_other(entry, results):
    one = entry("g=1", 1.0).place.condition
    conditions = one, replace(one, mode="compile")
    entries = [
        entry(v, s, condition=c)
        for c, slowdown in zip(conditions, (2.0, 1.0), strict=True)
        for v, s in (("g=1", 1.0), ("g=8", slowdown))
    ]
    eager, compiled = sections(tables(results(*entries)))
    assert eager.title == "G2 claim (paper: Table 2, ARM): eager"
    assert compiled.verdicts[0].startswith("G2 x1 (compile) does not hold: ")
    (section,) = by_condition(results(*entries))
    cells = [[value.text.split("\n") for value in row.values] for row in section.grid.rows]
    assert [name for (name,), _ in cells] == ["a processor, eager", "a processor, compile"]
    assert [outcome for _, (*_, outcome, _) in cells] == ["holds", "does not hold"]
    assert by_condition(results(*entries[:2])) == ()


@pytest.fixture
def networks(entry, results, changed):
    """Two groups of Table 8, each of networks of its own, whose widths are many."""
    how = {"widths": (), "per_multiply_add": True, "conv_memory_access": 3_410_000, "guideline": "T8"}
    condition = replace(entry("g=1", 1.0).place.condition, image_size=224)

    def network(name, sweep, slowdown, work_ratio=1.0):
        names = {"baseline": f"{sweep} v2", "extreme": f"{sweep} v1", "sweep": sweep, "condition": condition}
        kind = "g=1" if slowdown == 1 else "g=8"
        return changed(
            entry(kind, slowdown, work_ratio=work_ratio, **how, **names), variant=f"{sweep} {name}"
        )

    sweeps = (("40M", 1.2), ("140M", 2.0))
    return results(*(network(*one) for m, s in sweeps for one in (("v2", m, 1.0), ("v1", m, s, 1.1))))


def test_whole_networks_show_what_convolutions_access_and_no_width(networks):
    for width in (80, 300):
        text = shown(networks, width)
        assert "conv." in text
        assert "3.41" in text
        assert not re.search(r"^ +c ", text, re.MULTILINE)


def test_sweeps_without_a_variant_in_common_stand_below_each_other(networks):
    lines = shown(networks, 300).splitlines()
    assert [line for line in lines if re.fullmatch(r"1?40M( .*)?", line)] == ["40M", "140M"]


def test_a_verdict_per_multiply_add_says_so(networks):
    found = re.search(
        r"T8 40M holds: 40M v1 is (1.09\d*)x slower per mult-add than 40M v2", shown(networks, 300)
    )
    assert float(found[1]) == pytest.approx(1.2 / 1.1, rel=0.01)
