"""The part of the plugin that every pytest run loads if the suite is installed: next to nothing.

The rest, and torch with it, is loaded as soon as an option of the suite is given or a marked test is found.
Runs that have neither keep their options and tests as they are.

PYTEST_DONT_REWRITE: several ways lead to this module, and it has no assertions to rewrite.
"""

from contextlib import suppress
from inspect import isgenerator
from typing import Any

import pytest

from guidelines.results.libraries import lacking

SUITE = "guidelines.plugin"
MARK = "guideline"
MARKERS = (
    "guideline(sweeps=..., setup=..., on_request=...): times every variant of each condition's sweeps",
    "guideline_case(case): set by the suite: one variant of a sweep",
)
RIGHT = "write @pytest.mark.guideline(sweeps=...)"
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
    """Load the suite before the first marked test is collected.

    Raises CollectError if a mark stands on the function that was given to it without a name.
    """
    if isinstance(collector, pytest.Module | pytest.Class) and (
        wrong := _marked_instead(collector, name, obj)
    ):
        raise pytest.Collector.CollectError(
            f"{collector.nodeid}: guideline({wrong}) marks {wrong} instead of the test: write "
            f"@pytest.mark.guideline(sweeps={wrong})"
        )
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
    return bool(_marks(obj))


def _marks(obj: object) -> list[Any]:
    """The suite's marks on an object, which need not be a test."""
    marks = getattr(obj, "pytestmark", ())
    if not isinstance(marks, list | tuple):
        return []
    return [mark for mark in marks if getattr(mark, "name", "") == MARK]


def _marked_instead(collector: pytest.Module | pytest.Class, name: str, obj: object) -> str:
    """Name of a function that a mark was put on because it was given without a name; "" for all else.

    pytest takes `mark(function)` for the decorated function. It is then called with the test, and what it
    returns stands in the place of the test, which nothing would collect.
    """
    if collector.funcnamefilter(name):
        return obj.gi_code.co_name if isgenerator(obj) and _began_with(obj, name) else ""
    is_bare = any(not (mark.args or mark.kwargs) for mark in _marks(obj))
    return name if is_bare and not collector.classnamefilter(name) else ""


def _began_with(generator: Any, name: str) -> bool:
    """True if a generator that has not begun was given a function of a name."""
    given = generator.gi_frame.f_locals.values() if generator.gi_frame else ()
    return any(getattr(each, "__name__", "") == name for each in given)


def _load(config: pytest.Config) -> None:
    """Load the rest of the plugin. Raises UsageError if it cannot run here."""
    if sentence := lacking():
        raise pytest.UsageError(f"guidelines: {sentence}")
    config.pluginmanager.import_plugin(SUITE)
