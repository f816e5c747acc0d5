"""The tests of the suite that a run will measure: all that are marked and that no mark skips."""

from collections.abc import Iterable

import pytest
from _pytest.skipping import evaluate_skip_marks, evaluate_xfail_marks

from guidelines.measure.case import Case


def planned(items: Iterable[pytest.Item]) -> tuple[list[pytest.Item], list[Case]]:
    """The tests to measure, and their cases."""
    tests, cases = [], []
    for item in items:
        marker = item.get_closest_marker("guideline_case")
        if marker and not _is_skipped(item):
            tests.append(item)
            cases.append(marker.args[0])
    return tests, cases


def _is_skipped(item: pytest.Item) -> bool:
    """True if a mark `skip`, `skipif` or `xfail(run=False)` keeps a test from running."""
    try:
        expected_to_fail = evaluate_xfail_marks(item)
        runs_anyway = item.config.getoption("runxfail", False)
        is_not_run = expected_to_fail is not None and not expected_to_fail.run
        return evaluate_skip_marks(item) is not None or (is_not_run and not runs_anyway)
    except pytest.fail.Exception:  # a condition that is broken: the test says so when it is set up
        return False
