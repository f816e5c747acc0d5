"""Sweeps of one table whose batches `--batch-size auto` chose, each its own."""

from dataclasses import replace

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.merge import merged
from guidelines.analysis.prediction import predictions
from guidelines.analysis.tables import tables
from guidelines.report.records import of_tables
from guidelines.report.subjects.comparison import document
from guidelines.report.subjects.tables import sections
from guidelines.spec.condition import Condition

CUDA = Condition("cuda:0", "a card", mode="cudagraph", is_auto_batch=True)
IMAGE = 128_450_560


@pytest.fixture
def of_batches(entry, results, changed):
    """Results of sweeps of G2 by their batch; a call takes as long as its batch is large."""

    def measured(source="a.json", pace=1.0, **batches):
        entries = []
        for sweep, batch_size in batches.items():
            for variant, slowdown in (("g=1", 1.0), ("g=8", 2.0)):
                condition = replace(CUDA, batch_size=batch_size)
                made = entry(
                    variant, slowdown, sweep=sweep, condition=condition, multiply_adds=batch_size * IMAGE
                )
                samples_s = tuple(pace * batch_size * s for s in made.samples_s)
                median_s = pace * batch_size * made.median_s
                entries.append(changed(made, samples_s=samples_s, median_s=median_s))
        return results(*entries, source=source)

    return measured


def test_they_stay_one_table_which_names_each_batch(of_batches):
    run = of_batches(x1=64, x2=8)
    (table,) = tables(run)
    assert table.condition == CUDA.shared
    assert {sweep.name: sweep.variants[0].batch_size for sweep in table.sweeps} == {"x1": 64, "x2": 8}
    (section,) = sections([table])
    assert "cuda:0 (a card), float32, nchw, cudagraph, batch auto, 56x56" in section.notes[0]
    notes = "\n".join(section.notes)
    assert "x1: batch 64, 40 rounds" in notes
    assert "x2: batch 8, 40 rounds" in notes


def test_a_record_holds_the_batch_of_its_sweep(of_batches):
    run = of_batches(x1=64, x2=8)
    records = of_tables(run, tables(run))
    assert [(record["sweep"], record["batch_size"]) for record in records[::2]] == [("x1", 64), ("x2", 8)]
    assert {record["is_auto_batch"] for record in records} == {1}
    assert {record["cudnn_choice"] for record in records} == {"heuristic"}


def test_they_are_one_line_of_a_matrix(of_batches):
    (line,) = matrix([of_batches(x1=64, x2=8)]).lines
    assert line.condition == CUDA.shared
    assert line.sweeps == ("G2 x1", "G2 x2")


def test_two_machines_pair_them_and_speed_is_by_the_image(of_batches):
    comparison = compare(of_batches(x1=64, x2=8), of_batches(x1=32, x2=8, pace=0.5))
    assert [row.name for row in comparison.rows] == ["G2 x1 g=1", "G2 x1 g=8", "G2 x2 g=1", "G2 x2 g=8"]
    assert [row.speedup(0.95).estimate for row in comparison.rows] == pytest.approx([2.0] * 4)
    assert (comparison.only_a, comparison.only_b) == ((), ())
    (guideline,) = comparison.guidelines
    assert guideline.differences == ("batch of x1 64 | 32",)
    (notes, *_) = [section.notes for section in document(comparison).sections]
    assert notes[0].startswith("CONDITIONS DIFFER (A | B): batch of x1 64 | 32; A: cuda:0, float32")


def test_merged_runs_give_times_for_the_first_batch_and_say_so(of_batches):
    together = merged([of_batches(x1=64, x2=8), of_batches("b.json", pace=1.001, x1=32, x2=8)])
    assert len(together.measured) == 4
    seconds = [measured.seconds_per_call(0.95).estimate for measured in together.measured]
    assert seconds == pytest.approx([0.64, 1.28, 0.08, 0.16], rel=0.02)
    assert together.measured[1].slowdown(0.95).estimate == pytest.approx(2.0, rel=0.01)
    assert together.notes == (
        "G2 x1 (cuda:0-cudagraph-bauto): --batch-size auto chose 64 and 32; times are given for 64",
    )


def test_runs_of_equal_batches_are_merged_without_a_note(of_batches):
    assert merged([of_batches(x1=64), of_batches("b.json", pace=1.01, x1=64)]).notes == ()


def test_counts_and_times_of_whole_networks_are_by_the_image(entry, results):
    """By the call the order of the times would be another: larger networks have smaller batches."""
    networks = []
    for k in range(1, 12):
        condition = replace(CUDA, batch_size=2 ** (11 - k))
        images = condition.batch_size
        counts = {"multiply_adds": images * k, "memory_access": images * k, "conv_memory_access": images * k}
        made = entry(f"g={k}", 1.0, spread=0, sweep=f"s{k}", condition=condition, widths=(), **counts)
        samples_s = (0.01 * images * k,) * len(made.samples_s)
        networks.append(replace(made, samples_s=samples_s, median_s=samples_s[0]))
    ((condition, (of_all,)),) = predictions(results(*networks)).items()
    assert condition == CUDA.shared
    assert {correlation.estimate for correlation in of_all.counts.values()} == {1.0}
