"""Words that -k can match: they are named if a selection leaves no test of the suite, or cannot be read."""

from collections.abc import Iterable
from typing import Any

import pytest

from guidelines.plugin.fitting import in_lines

# Lines that name the words, if a selection has left nothing.
WORDS = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Any:
    """Name the words if -k leaves nothing of the suite. Raises UsageError if -k cannot be read."""
    words = known_words(items) if config.getoption("keyword") else []
    try:
        result = yield
    except pytest.UsageError as error:
        raise pytest.UsageError("\n".join([str(error), *words])) from None
    if words and not any(map(_case_of, items)):
        config.stash[WORDS] = [f"-k {config.getoption('keyword')!r} matches no test", *words]
    return result


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Print the words, if a selection has left nothing."""
    width = config.get_terminal_writer().fullwidth
    return [in_lines(line, width) for line in config.stash.get(WORDS, [])]


def known_words(items: Iterable[pytest.Item]) -> list[str]:
    """A line for each guideline: its word, and those of its sweeps and rows: "  g1: x1 x2; equal 1to2"."""
    sweeps: dict[str, dict[str, None]] = {}
    rows: dict[str, dict[str, None]] = {}
    for item in items:
        if case := _case_of(item):
            guideline = item.originalname.removeprefix("test_")  # type: ignore[attr-defined]  # a function has one
            sweeps.setdefault(guideline, {})[case.sweep.name] = None
            rows.setdefault(guideline, {})[case.variant.id] = None
    lines = [f"  {each}: sweeps {' '.join(sweeps[each])}; rows {' '.join(rows[each])}" for each in sweeps]
    return ["words of each guideline, to be joined by `and`, `or`, `not`:", *lines] if lines else []


def _case_of(item: pytest.Item) -> Any:
    marker = item.get_closest_marker("guideline_case")
    return marker.args[0] if marker else None
