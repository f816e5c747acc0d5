"""The fixture `measure`: it times the sweep of a test's variant and gives the samples to pytest-benchmark.

With several passes, all sweeps of a run are timed before the first test that needs one is set up, since they
are of all tests: a plugin that limits the time of a test must not count them as the first one's.
"""

import contextlib
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from guidelines.measure.alarms import import_early, is_alarm
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.dropped import Dropped, explained, holds, skipped
from guidelines.plugin.entry import NEEDS_MARK
from guidelines.plugin.passes import measure_sweeps
from guidelines.plugin.replay import replay
from guidelines.results.model import Entry, Failure
from guidelines.results.reason import one_line
from guidelines.results.schema import KEY, to_extra_info

# The campaign of a pytest run, kept in its config, and the case of a test, kept in its item.
CAMPAIGN = pytest.StashKey[Campaign]()
CASE = pytest.StashKey[Case]()
# True for a test that has called `measure`, False for one that failed because it did not.
CALLED = pytest.StashKey[bool]()
NOT_CALLED = "it never calls measure()"
CALLED_AGAIN = "it calls measure() after measure() or benchmark(): one call measures its variant"


@dataclass
class _Early:
    """Output of the measuring before the first test, and the error that ended it, if one did.

    The first test that needs a result prints and raises them.
    """

    printed: str = ""
    error: BaseException | None = None


EARLY = pytest.StashKey[_Early]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Time all sweeps before the first test that needs one, if that takes several passes.

    Ctrl-C and pytest.exit end the run; any other error is the test's.
    """
    campaign = item.config.stash[CAMPAIGN]
    if CASE in item.stash and EARLY not in item.config.stash:
        early = item.config.stash[EARLY] = _Early()
        try:
            if campaign.journal and campaign.passes > 1:
                early.printed = measure_sweeps(campaign, item.stash[CASE], item.config)
            else:
                import_early()
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:
            early.error = error
    return (yield)


@pytest.fixture
def measure(
    request: pytest.FixtureRequest, benchmark: Any, capsys: pytest.CaptureFixture[str]
) -> Callable[[], None]:
    """Time the sweep of this variant, once per run, and replay this variant's samples into `benchmark`."""
    campaign, case = request.config.stash[CAMPAIGN], _case(request.node)

    def run() -> None:
        request.node.stash[CALLED] = True
        if benchmark._mode:  # what the benchmark was used for
            pytest.fail(CALLED_AGAIN, pytrace=False)
        if not benchmark.enabled:
            benchmark(campaign.run_once, case)
            return
        with _used_if_cut(benchmark):
            printed = _early_end(request.config)
            if not campaign.is_measured(case):
                with _noted_if_alarm(case), capsys.disabled():
                    printed += measure_sweeps(campaign, case, request.config)
        sys.stderr.write(printed)  # as if the networks had printed it here
        result = campaign.result(case)
        if isinstance(result, Entry):
            benchmark.extra_info[KEY] = to_extra_info(result)
            replay(benchmark, result.samples_s)
        campaign.keep(result)
        if isinstance(result, Failure):
            _fail_without_entry(benchmark, result)

    return run


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Fail a test that has measured nothing."""
    result = yield
    if CASE in pyfuncitem.stash and CALLED not in pyfuncitem.stash:
        pyfuncitem.stash[CALLED] = False
        _use_in_vain(pyfuncitem.funcargs["benchmark"])
        pytest.fail(NOT_CALLED, pytrace=False)
    return result


def _case(item: pytest.Item) -> Case:
    """The case of a test; a test that has none fails."""
    if CASE in item.stash:
        return item.stash[CASE]
    if item.get_closest_marker("guideline_case"):
        pytest.fail("a mark skipped this test when the run was planned, and does not any more", pytrace=False)
    pytest.fail(NEEDS_MARK, pytrace=False)


def _early_end(config: pytest.Config) -> str:
    """Output of the measuring before the first test; raises the error that ended it. Both only once."""
    early = config.stash.get(EARLY, _Early())
    config.stash[EARLY] = _Early()
    if early.error:
        raise early.error
    return early.printed


@contextlib.contextmanager
def _noted_if_alarm(case: Case) -> Iterator[None]:
    """Add to the error of an alarm, which belongs to a test that is fast otherwise, why it took so long."""
    try:
        yield
    except BaseException as error:
        if is_alarm(error):
            error.add_note(
                f"This test was timing the whole sweep {case.sweep_id}. Allow it more time, or use "
                "--passes 2 or more: all sweeps are then timed before the first test."
            )
        raise


@contextlib.contextmanager
def _used_if_cut(benchmark: Any) -> Iterator[None]:
    """Use the fixture of pytest-benchmark if Ctrl-C or an alarm comes before its use."""
    try:
        yield
    except BaseException:
        _use_in_vain(benchmark)
        raise


def _use_in_vain(benchmark: Any) -> None:
    """Let pytest-benchmark neither save an entry nor warn that its fixture was not used."""

    def refuse() -> None:
        raise RuntimeError

    with contextlib.suppress(Exception):  # the test may have used the fixture itself
        benchmark.pedantic(refuse)


def _fail_without_entry(benchmark: Any, failure: Failure) -> None:
    _use_in_vain(benchmark)
    if failure.is_skip:
        pytest.skip(failure.reason)
    pytest.fail(f"{failure.place.variant}: {failure.reason}", pytrace=False)


def explained_by_pytest(error: BaseException) -> Dropped | None:
    """Reason to drop a network that raised an error, maybe pytest's own; None if the run has to end."""
    if holds(error, pytest.exit.Exception):
        return None
    if isinstance(error, pytest.skip.Exception):
        return skipped(error)
    return explained(error)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what an earlier try of this test left: plugins may run a test that failed once more."""
    if CASE in item.stash:
        item.config.stash[CAMPAIGN].try_again(item.stash[CASE])
        session: Any = item.config.pluginmanager.get_plugin("pytest-benchmark")
        session.benchmarks = [each for each in session.benchmarks if each.fullname != item.nodeid]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Record a test that failed or was skipped: pytest-benchmark would save its timing as a good one."""
    report = yield
    campaign, case = item.config.stash[CAMPAIGN], item.stash.get(CASE, None)
    if report.passed or not item.get_closest_marker("guideline_case"):
        return report
    if "benchmark" in item.funcargs:  # type: ignore[attr-defined]  # a function has them
        item.funcargs["benchmark"].has_error = True  # type: ignore[attr-defined]
    reason = one_line(call.excinfo.value) if call.excinfo else str(report.longrepr)
    if case and (report.failed or campaign.is_measured(case)):
        campaign.fail(case, reason, is_skip=report.skipped)
    elif campaign.journal:
        campaign.journal.skip(item.nodeid, reason)
    return report
