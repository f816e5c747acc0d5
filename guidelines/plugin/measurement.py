"""The fixture `measure`: it times the sweep of a test's variant and gives the samples to pytest-benchmark."""

import contextlib
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.dropped import Dropped, explained, skipped
from guidelines.plugin.passes import measure_sweeps
from guidelines.plugin.replay import replay
from guidelines.results.model import Entry, Failure
from guidelines.results.reason import one_line
from guidelines.results.schema import KEY, to_extra_info

# The campaign of a pytest run, kept in its config, and the case of a test, kept in its item.
CAMPAIGN = pytest.StashKey[Campaign]()
CASE = pytest.StashKey[Case]()


@pytest.fixture
def measure(
    request: pytest.FixtureRequest, benchmark: Any, capsys: pytest.CaptureFixture[str]
) -> Callable[[], None]:
    """Time the sweep of this variant, once per run, and replay this variant's samples into `benchmark`.

    With several passes, the first test that asks times all sweeps of the run.
    """
    case = request.node.stash.get(CASE, None)
    if case is None:
        pytest.fail("`measure` needs the mark @pytest.mark.guideline(sweeps=...)", pytrace=False)
    campaign = request.config.stash[CAMPAIGN]

    def run() -> None:
        if not benchmark.enabled:
            benchmark(campaign.run_once, case)
            return
        if not campaign.is_measured(case):
            with _unused_if_cut(benchmark), capsys.disabled():
                printed = measure_sweeps(campaign, case, request.config)
            sys.stderr.write(printed)  # as if the networks had printed it here
        result = campaign.result(case)
        if isinstance(result, Entry):
            benchmark.extra_info[KEY] = to_extra_info(result)
            replay(benchmark, result.samples_s)
        campaign.keep(result)
        if isinstance(result, Failure):
            _fail_without_entry(benchmark, result)

    return run


@contextlib.contextmanager
def _unused_if_cut(benchmark: Any) -> Iterator[None]:
    """Keep pytest-benchmark from warning that the test does not use its fixture, if Ctrl-C comes before."""
    try:
        yield
    except BaseException:
        benchmark.skipped = True
        raise


def _fail_without_entry(benchmark: Any, failure: Failure) -> None:
    """Fail the test in a way that pytest-benchmark neither saves it nor calls its fixture unused."""

    def refuse() -> None:
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        benchmark.pedantic(refuse)
    if failure.is_skip:
        pytest.skip(failure.reason)
    pytest.fail(f"{failure.place.variant}: {failure.reason}", pytrace=False)


def explained_by_pytest(error: BaseException) -> Dropped | None:
    """Reason to drop a network that raised an error, maybe pytest's own; None if the run has to end."""
    if isinstance(error, pytest.exit.Exception):
        return None
    if isinstance(error, pytest.skip.Exception):
        return skipped(error)
    if isinstance(error, pytest.fail.Exception):  # no Exception, so that `except Exception` lets it pass
        return Dropped(one_line(error))
    return explained(error)


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
