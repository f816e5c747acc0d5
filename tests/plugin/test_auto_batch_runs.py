"""Runs with `--batch-size auto` whose sweeps were given made-up batches."""

import pytest
from inner_runs import progress

from guidelines.measure import case
from guidelines.plugin import hooks
from guidelines.results.files import load, load_journal

pytest_plugins = "pytester"
X1, X2 = "G2 x1 cpu-bauto-2px", "G2 x2 cpu-bauto-2px"


@pytest.fixture
def searched(monkeypatch):
    """The baselines for which a batch was looked for: that of x1 gets 2, that of x2 gets 4."""
    log = []

    def device_bound(condition, baseline, explain):
        log.append(baseline.widths)
        return 2 * len(log)

    monkeypatch.setattr(case, "device_bound", device_bound)
    return log


def batches(run):
    return {entry.place.sweep: entry.place.condition.batch_size for entry in run.entries}


def test_each_sweep_is_measured_in_its_own_batch_and_the_table_names_it(suite, searched, at):
    result = suite("--benchmark-only", "--batch-size=auto", "--benchmark-json=run.json")
    result.assert_outcomes(passed=6)
    assert batches(load(at("run.json"), 10**7)) == {"x1": 2, "x2": 4}
    assert progress(result) == [X1, X2]
    result.stdout.fnmatch_lines(["*, eager, batch auto, 2x2, *", "x1: batch 2, *", "x2: batch 4, *"])
    assert len([line for line in result.outlines if line.startswith("G2 a claim")]) == 1


def test_a_resumed_run_keeps_the_batches_of_its_journal(suite, searched, at):
    arguments = "--benchmark-only", "--batch-size=auto", "--journal=run.jsonl"
    suite(*arguments).assert_outcomes(passed=6)
    lines = at("run.jsonl").read_bytes().splitlines(keepends=True)
    at("run.jsonl").write_bytes(b"".join(lines[:4]))
    assert load_journal(at("run.jsonl")).header.batches == {X1: 2, X2: 4}
    searched.clear()
    result = suite(*arguments, "--resume", "--benchmark-json=run.json")
    result.assert_outcomes(passed=6)
    assert (searched, progress(result)) == ([], [X2])
    assert batches(load(at("run.json"), 10**7)) == {"x1": 2, "x2": 4}


def test_nothing_is_looked_for_while_tests_are_only_listed(suite, searched):
    suite("--collect-only", "-q", "--batch-size=auto").stdout.fnmatch_lines(
        ["*[[]cpu-bauto-2px-x1-1group[]]"]
    )
    assert searched == []


def test_every_batch_is_printed_as_soon_as_it_is_known(suite, monkeypatch):
    def settled(cases, known, tell, explain):
        tell(cases[0])
        return cases, {}

    monkeypatch.setattr(hooks, "settled", settled)
    result = suite("--benchmark-only", "-k", "x1")
    result.stdout.fnmatch_lines(["--batch-size auto: G2 x1 cpu-2px: 1"])
