"""The part of the plugin that every pytest run loads if the suite is installed: next to nothing.

The rest, and torch with it, is loaded as soon as an option of the suite is given or a marked test is found.
Runs that have neither keep their options and tests as they are.

PYTEST_DONT_REWRITE: several ways lead to this module, and it has no assertions to rewrite.
"""

from contextlib import suppress
from typing import Any

import pytest

from guidelines.results.libraries import lacking

SUITE = "guidelines.plugin"
MARK = "guideline"
MARKERS = (
    "guideline(sweeps=..., setup=..., on_request=...): times every variant of each condition's sweeps",
    "guideline_case(case): set by the suite: one variant of a sweep",
)
NEEDS_MARK = "`measure` needs the mark @pytest.mark.guideline(sweeps=...)"
# True if the suite's options were declared here.
HAS_OPTIONS = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> Any:
    """Declare the suite's options if one is given that nobody else declares, or for --help."""
    result = yield
    known, unknown = parser.parse_known_and_unknown_args(args)
    if unknown or known.help:
        with suppress(pytest.UsageError):  # others use the names: the suite's options are not known here
            from guidelines.plugin.options import add_options

            add_options(parser)
            early_config.stash[HAS_OPTIONS] = True
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and load the suite if one of its options is given. Raises UsageError."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if HAS_OPTIONS in config.stash and not config.pluginmanager.has_plugin(SUITE):
        from guidelines.plugin.options import any_given

        if any_given(config):
            _load(config)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """Load the suite before the first marked test is collected."""
    if collector.config.pluginmanager.has_plugin(SUITE):
        return
    if _is_marked(obj) or collector.get_closest_marker(MARK):
        try:
            _load(collector.config)
        except pytest.UsageError as error:
            raise pytest.Collector.CollectError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Warn of tests that take `measure` without the mark, so that nobody defines it.

    --benchmark-only would skip them in silence.
    """
    for item in items:
        if isinstance(item, pytest.Function) and _lacks_measure(item):
            item.warn(pytest.PytestWarning(f"{item.nodeid}: {NEEDS_MARK}"))


def _lacks_measure(item: pytest.Function) -> bool:
    return "measure" in item.fixturenames and "measure" not in item._fixtureinfo.name2fixturedefs


def _is_marked(obj: object) -> bool:
    marks = getattr(obj, "pytestmark", ())
    return isinstance(marks, list | tuple) and any(getattr(mark, "name", "") == MARK for mark in marks)


def _load(config: pytest.Config) -> None:
    """Load the rest of the plugin. Raises UsageError if it cannot run here."""
    if sentence := lacking():
        raise pytest.UsageError(f"guidelines: {sentence}")
    config.pluginmanager.import_plugin(SUITE)
