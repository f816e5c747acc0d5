"""A dry run: the cases that a pytest command would measure, without measuring them."""

import contextlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from guidelines.measure.case import Case, check_countable, settled
from guidelines.measure.recording import Limits
from guidelines.plugin.conditions import limits
from guidelines.plugin.planned import planned

# Beginnings of the lines in which pytest and its option parser name an error, and the heading above the
# message of an error that has no such line.
ERRORS = (r"^(?:ERROR: (?!usage)|E +|pytest.main\(\): error: )(.+)", r"^_+ ERROR collecting .+ _+\n(.+)")


class CollectError(Exception):
    """Reason in one line why pytest could not collect."""


@dataclass
class _Collector:
    """A pytest plugin that keeps the collected cases and the limits."""

    cases: list[Case] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.cases += planned(session.items)[1]
        self.limits = limits(session.config)


def collect(arguments: Sequence[str], plugins: Sequence[object] = ()) -> tuple[list[Case], Limits]:
    """The cases that `pytest ARGUMENTS` would measure, and its limits. Raises CollectError."""
    collector, output = _Collector(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        options = ["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "guidelines.plugin"]
        status = pytest.main([*arguments, *options], [collector, *plugins])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise CollectError(_error_in(output.getvalue()) or f"pytest ended with status {int(status)}")
    if not collector.cases:
        raise CollectError("no guideline would be measured with these arguments")
    try:
        cases, _ = settled(collector.cases, {})
        check_countable(cases)
    except ValueError as error:
        raise CollectError(str(error)) from error
    return cases, collector.limits


def _error_in(output: str) -> str:
    """The line in which pytest names an error, "" if there is none."""
    for pattern in ERRORS:
        if match := re.search(pattern, output, re.MULTILINE):
            return match[1]
    return ""
