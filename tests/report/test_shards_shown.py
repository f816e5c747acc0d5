"""Rows of one sweep that come from different runs, as when a CI job is cut into shards."""

import pytest

from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.merge import merged
from guidelines.analysis.tables import tables
from guidelines.report.records import of_tables
from guidelines.report.subjects.sentences import notes
from guidelines.results.model import Circumstances
from guidelines.stats.intervals import Estimate

NOISY = Estimate(1.0, 0.9, 1.1, 0.99, 12)


@pytest.fixture
def shards(entry, results):
    """g=1 and g=2 in a quiet run, g=8 in a noisy one, each with the baseline's samples it needs."""
    quiet = [entry("g=1", 1.0), entry("g=2", 1.2)]
    baseline_s = entry("g=1", 1.0, rounds=12).samples_s
    how = Circumstances(disturbed=("a hog",))
    noisy = entry(
        "g=8",
        2.0,
        rounds=12,
        control=NOISY,
        stopped="precision",
        circumstances=how,
        baseline_samples_s=baseline_s,
    )
    return merged([results(*quiet), results(noisy, source="b.json")])


def shown(results):
    (table,) = tables(results)
    return list(notes(table))


def test_each_kind_of_rows_has_its_own_rounds_and_noise_floor(shards):
    lines = shown(shards)
    assert lines[1] == "x1 g=1, g=2: 40 rounds, stopped by time, noise floor 0.2 %"
    assert lines[2] == "x1 g=8: 12 rounds, stopped by precision, noise floor 10 %"
    assert lines[3] == "x1: tau with the paper 1.00"
    assert lines[4] == "x1 ! disturbed (g=8): a hog"


def test_the_rows_of_one_run_share_a_line(run, results):
    lines = shown(results(*run.entries))
    assert lines[1] == "x1: 40 rounds, stopped by time, noise floor 0.2 %, tau with the paper 1.00"


def test_a_row_that_lost_a_pass_is_told_from_the_others(entry_of_passes, results):
    whole = [entry_of_passes("g=1", [1.0] * 5), entry_of_passes("g=2", [1.2] * 5)]
    lines = shown(results(*whole, entry_of_passes("g=8", [2.0] * 4)))
    assert lines[1].startswith("x1 g=1, g=2: 200 rounds in 5 passes, ")
    assert lines[2].startswith("x1 g=8: 160 rounds in 4 passes, ")


def test_rows_of_one_process_are_named_beside_rows_of_passes(entry, entry_of_passes, results):
    passes = [entry_of_passes("g=1", [1.0] * 5), entry_of_passes("g=2", [1.2] * 5)]
    alone = entry("g=8", 2.0, baseline_samples_s=entry("g=1", 1.0).samples_s)
    lines = shown(merged([results(*passes), results(alone, source="b.json")]))
    assert "x1 (g=8): one process: the interval does not cover other runs" in lines


def test_records_hold_what_is_true_of_their_row(shards):
    rows = {row["variant"]: row for row in of_tables(shards, tables(shards))}
    assert [rows[name]["rounds"] for name in ("g=1", "g=2", "g=8")] == [40, 40, 12]
    assert rows["g=2"]["noise_floor"] < 0.01 < rows["g=8"]["noise_floor"]


def test_intervals_have_the_confidence_that_the_table_names(entry, changed, results):
    sure = Estimate(1.2, 1.1, 1.3, 0.9, 40)
    others = [entry("g=1", 1.0), entry("g=8", 2.0)]
    run = results(*others, changed(entry("g=2", 1.2), slowdown=sure))
    (table,) = tables(run)
    confidences = {variant.cell.slowdown.confidence for variant in table.sweeps[0].variants}
    assert confidences == {table.confidence} == {0.99}


def test_runs_that_scatter_in_families_of_their_own_give_the_range(entry, results):
    def run(g8, source, *others):
        return results(entry("g=1", 1.0), entry("g=8", g8), *others, source=source)

    once = entry("g=2", 1.2)
    twice = [run(2.0, "a.json", once), run(2.2, "b.json", entry("g=2", 1.2001)), run(2.4, "c.json")]
    lines = shown(merged(twice))
    assert any(" to " in line and "(Birge ratio)" in line for line in lines)


def test_the_matrix_counts_the_passes_of_the_row_that_decides(entry_of_passes, results):
    sweep = [entry_of_passes("g=1", [1.0] * 5), entry_of_passes("g=8", [2.0] * 4)]
    (line,) = matrix([results(*sweep)]).lines
    assert line.standings["G2"].passes == 4
