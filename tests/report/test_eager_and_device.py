from dataclasses import replace

import pytest

from guidelines.analysis.tables import tables
from guidelines.report import records
from guidelines.report.document import Document
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.subjects.eager_and_device import TITLE, section
from guidelines.report.subjects.report import parts
from guidelines.results.model import Circumstances

WAITING = Circumstances(launch_s=5e-3, device_s=2e-3)
COMPUTING = Circumstances(launch_s=2e-3, device_s=5e-3)


@pytest.fixture
def cuda(entry):
    """The condition of a CUDA device in eager mode."""
    return replace(entry("g=1", 1.0).place.condition, device="cuda:0", device_name="a GPU")


@pytest.fixture
def sweep_of(entry, cuda):
    """A sweep of a guideline under a mode; `circumstances` say if launches decide."""

    def sweep_of(mode, slowdown, circumstances=COMPUTING, condition=cuda, **changes):
        how = {"condition": replace(condition, mode=mode), "circumstances": circumstances, "spread": 0}
        return [entry("g=1", 1.0, **how, **changes), entry("g=8", slowdown, **how, **changes)]

    return sweep_of


@pytest.fixture
def both(results, sweep_of):
    """G2 x1, whose launches decide in eager mode, and G2 x2, whose device does."""
    return results(
        *sweep_of("eager", 1.0, WAITING),
        *sweep_of("eager", 1.31, sweep="x2"),
        *sweep_of("cudagraph", 1.34),
        *sweep_of("cudagraph", 1.34, sweep="x2"),
    )


def closing(found):
    return section(tables(found))


def test_a_line_for_each_sweep_says_what_both_modes_show(both):
    (lines,) = closing(both)
    assert lines.verdicts == (
        "G2 x1: eager: launches decide, 1x; device: holds, 1.34x",
        "G2 x2: eager: holds, 1.31x; device: holds, 1.34x",
    )
    assert [note.partition(":")[0] for note in lines.notes] == ["eager", "launches decide"]


def test_launches_are_explained_only_if_they_decide(results, sweep_of):
    (lines,) = closing(results(*sweep_of("eager", 1.31), *sweep_of("cudagraph", 0.9)))
    assert lines.verdicts == ("G2 x1: eager: holds, 1.31x; device: does not hold, 0.9x",)
    assert len(lines.notes) == 1


def test_the_effect_is_above_1_if_the_guideline_is_right(results, sweep_of):
    how = {"expect": "faster", "guideline": "G4"}
    (lines,) = closing(results(*sweep_of("eager", 0.8, WAITING, **how), *sweep_of("cudagraph", 0.5, **how)))
    assert lines.verdicts == ("G4 x1: eager: launches decide, 1.25x; device: holds, 2x",)


def test_a_slowdown_per_multiply_add_says_so(results, sweep_of):
    how = {"per_multiply_add": True, "work_ratio": 1.25}
    (lines,) = closing(results(*sweep_of("eager", 2.0, **how), *sweep_of("cudagraph", 2.5, **how)))
    assert lines.verdicts == ("G2 x1: eager: holds, 1.6x per mult-add; device: holds, 2x per mult-add",)


def test_only_modes_that_differ_in_nothing_else_are_paired(entry, results, sweep_of, cuda):
    cpu = entry("g=1", 1.0).place.condition
    larger = replace(cuda, batch_size=8)
    eager = sweep_of("eager", 2.0)
    assert closing(results(*eager)) == ()
    assert closing(results(*eager, *sweep_of("compile", 2.0))) == ()
    assert closing(results(*eager, *sweep_of("cudagraph", 2.0, condition=larger))) == ()
    assert closing(results(*sweep_of("eager", 2.0, condition=cpu), *sweep_of("cudagraph", 2.0))) == ()
    assert closing(results(*eager, *sweep_of("cudagraph", 2.0, sweep="x2"))) == ()


def test_several_pairs_are_told_apart_by_what_differs(results, sweep_of, cuda):
    entries = []
    for batch_size in (1, 8):
        condition = replace(cuda, batch_size=batch_size)
        for mode in ("eager", "cudagraph"):
            entries += sweep_of(mode, 2.0, condition=condition)
    (lines,) = closing(results(*entries))
    assert [line.partition(":")[0] for line in lines.verdicts] == ["G2 x1 (batch 1)", "G2 x1 (batch 8)"]


def test_a_sweep_without_a_verdict_in_one_mode_says_so(results, sweep_of):
    baseline, _ = sweep_of("eager", 2.0)
    (lines,) = closing(results(baseline, *sweep_of("cudagraph", 2.0)))
    assert lines.verdicts == ("G2 x1: eager: no verdict; device: holds, 2x",)
    assert closing(results(baseline, sweep_of("cudagraph", 2.0)[0])) == ()


def test_the_lines_close_the_report_in_every_format(both):
    sections = parts(both, tables(both))
    assert sections[-1].title == TITLE
    document = Document("a title", (), sections)
    line = "G2 x1: eager: launches decide, 1x; device: holds, 1.34x"
    for shown in (
        text.render(document, 80),
        markdown.render(document),
        latex.render_alone(document),
        html.render(document, {}).partition(TITLE)[2],  # in its section, too
        records.to_json("report", [], document),
    ):
        assert line in shown


def test_a_table_of_launches_names_the_table_that_shows_the_device(both):
    shown = " ".join(text.render(Document("", (), parts(both, tables(both))), 120).split())
    assert "the table of mode cudagraph shows the device" in shown
    assert "--mode cudagraph" not in shown
