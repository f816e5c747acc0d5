"""What a pytest command would measure, without measuring it."""

import contextlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from guidelines.measure.case import Case, check_countable, settled
from guidelines.measure.recording import Limits
from guidelines.plugin import options

EXPERIMENTS = "experiments"
# How pytest and its option parser begin the line that says what is wrong.
ERROR = r"^(?:ERROR: (?!usage)|E +|pytest.main\(\): error: )(.+)"


class CollectError(Exception):
    """Why pytest could not collect, in one line."""


@dataclass
class _Collector:
    """A pytest plugin that keeps what was collected."""

    cases: list[Case] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    def pytest_configure(self, config: pytest.Config) -> None:
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = [EXPERIMENTS]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        markers = (item.get_closest_marker("guideline_case") for item in session.items)
        self.cases += [marker.args[0] for marker in markers if marker]
        self.limits = options.limits(session.config)


def collect(arguments: Sequence[str]) -> tuple[list[Case], Limits]:
    """The cases that `pytest ARGUMENTS` would measure, and its limits; EXPERIMENTS where they name no path.

    Raises CollectError.
    """
    collector, output = _Collector(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = pytest.main([*arguments, "--collect-only", "-q", "-p", "no:cacheprovider"], [collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        found = re.search(ERROR, output.getvalue(), re.MULTILINE)
        raise CollectError(found[1] if found else f"pytest ended with status {int(status)}")
    if not collector.cases:
        raise CollectError(f"pytest {' '.join(arguments)}: would measure no guideline")
    try:
        cases, _ = settled(collector.cases, {})
        check_countable(cases)
    except ValueError as error:
        raise CollectError(str(error)) from error
    return cases, collector.limits
