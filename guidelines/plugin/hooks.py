"""The pytest plugin: options become conditions, marked tests become sweeps, sweeps become tables.

A test marked `guideline(sweeps=sweeps)`, where sweeps(condition) yields Sweep objects, runs once for every
condition and variant; its fixture `measure` times the whole sweep at the first variant of it. With
`setup=Setup(...)` the experiment has sizes of its own, with `on_request="12 minutes"` it runs only where its
file is named.
"""

import contextlib
import platform
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from guidelines.analysis.measured import results_of
from guidelines.analysis.tables import tables
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case, cases, check_countable, settled
from guidelines.measure.device import devices as machine
from guidelines.measure.dropped import Dropped, explained
from guidelines.plugin import on_request, options, outputs
from guidelines.plugin.replay import recorded_clock, replay
from guidelines.report.document import Document
from guidelines.report.formats.text import render
from guidelines.report.subjects.report import parts
from guidelines.results.journal_contents import Contents, Header
from guidelines.results.model import Entry, Failure, linked
from guidelines.results.reason import one_line
from guidelines.results.schema import KEY, SCHEMA, parse_machine, to_extra_info, to_failed
from guidelines.spec.condition import Setup

CAMPAIGN = pytest.StashKey[Campaign]()
CASE = pytest.StashKey[Case]()
RESUMED = pytest.StashKey[tuple[Path, Contents] | None]()
# What py-cpuinfo says of the moment: pytest-benchmark compares machines to the letter.
VOLATILE_CPU_INFO = ("hz_actual", "hz_actual_friendly", "hz_advertised", "hz_advertised_friendly")


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "guideline(sweeps=..., setup=..., on_request=...): times every variant of each condition's sweeps",
        "guideline_case(case): set by the suite: one variant of a sweep",
    ):
        config.addinivalue_line("markers", marker)
    config.stash[CAMPAIGN] = Campaign(
        options.conditions(config, Setup()),
        options.limits(config),
        config.getoption("seed"),
        config.getoption("retry_disturbed"),
        explain=_explained,
    )
    config.stash[RESUMED] = resumed = outputs.unfinished(config)
    if resumed:
        path, contents = resumed
        outputs.check_same(path, contents.header, _header(config))
        config.stash[CAMPAIGN].batches.update(contents.header.batches)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per condition, sweep and variant; the id names what departs from the paper's set-up."""
    marker = metafunc.definition.get_closest_marker("guideline")
    if marker is None:
        return
    sweeps, source = marker.kwargs.get("sweeps"), metafunc.definition.nodeid
    if not callable(sweeps) or "measure" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{source}: write @pytest.mark.guideline(sweeps=...) and use `measure`")
    try:
        conditions = options.conditions(metafunc.config, marker.kwargs.get("setup", Setup()))
        found = list(cases(sweeps, conditions, source))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    params = [
        pytest.param(
            case.id,
            id=case.id,
            marks=[
                pytest.mark.guideline_case(case),
                pytest.mark.benchmark(timer=recorded_clock, group=case.sweep_id),
            ],
        )
        for case in found
    ]
    metafunc.parametrize("measure", params, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is measured on request."""
    on_request.leave_out(config, items)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Sweeps measure the variants that are left after -k, node ids and other selections."""
    items = [item for item in session.items if item.get_closest_marker("guideline_case")]
    chosen = [marker.args[0] for item in items for marker in item.iter_markers("guideline_case")]
    if chosen and session.config.getoption("benchmark_cprofile"):
        raise pytest.UsageError(
            "--benchmark-cprofile would profile the replay of recorded times, not the networks"
        )
    config, campaign = session.config, session.config.stash[CAMPAIGN]
    if session.testsfailed and not config.getoption("continue_on_collection_errors"):
        return  # no test will run
    try:
        if not config.getoption("collectonly"):
            chosen, campaign.batches = settled(chosen, campaign.batches)
            check_countable(chosen)
        campaign.choose(chosen)
        if resumed := config.stash[RESUMED]:
            outputs.check_plan(resumed[0], resumed[1].header, campaign.planned)
            campaign.restore(resumed[1].measurements)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    for item, case in zip(items, chosen, strict=True):
        item.stash[CASE] = case
    if chosen and outputs.is_measuring(config):
        campaign.journal = outputs.begin(config, _header(config), config.stash[RESUMED])


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say what is measured on request only, and what a run that is gone on with takes over."""
    campaign, left_out = config.stash[CAMPAIGN], on_request.left_out(config)
    if not (resumed := config.stash[RESUMED]):
        return left_out
    path, contents = resumed
    torn = ["its last line is torn and was ignored"] if contents.is_torn else []
    return [
        *left_out,
        f"resumed {path}: {campaign.measured_sweeps} of {len(campaign.planned)} sweeps are there",
        *torn,
    ]


def _header(config: pytest.Config) -> Header:
    """What this run is, for its journal."""
    campaign = config.stash[CAMPAIGN]
    found = {
        "node": platform.node(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python_version": platform.python_version(),
        KEY: machine.describe(campaign.conditions),
    }
    settings = {
        "conditions": ", ".join(f"{c.id} ({c.device_name})" for c in campaign.conditions),
        "seed": str(campaign.seed),
        **{name: str(value) for name, value in asdict(campaign.limits).items()},
    }
    return Header(parse_machine(found), settings, campaign.planned, campaign.batches)


def _explained(error: BaseException) -> Dropped | None:
    """Reason to drop a network that raised an error, pytest's own among them; None for the end of the run."""
    if isinstance(error, pytest.exit.Exception):
        return None
    if isinstance(error, pytest.skip.Exception):
        return Dropped(f"skipped: {_first_line(error)}", is_skip=True)
    if isinstance(error, pytest.fail.Exception):
        return Dropped(one_line(error))
    return explained(error)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no reason given"


@pytest.fixture
def measure(
    request: pytest.FixtureRequest, benchmark: Any, capsys: pytest.CaptureFixture[str]
) -> Callable[[], None]:
    """Times the sweep of this variant, once, and replays this variant's part into `benchmark`."""
    case = request.node.stash.get(CASE, None)
    if case is None:
        pytest.fail("`measure` needs the mark @pytest.mark.guideline(sweeps=...)", pytrace=False)
    campaign = request.config.stash[CAMPAIGN]

    def run() -> None:
        if not benchmark.enabled:
            benchmark(campaign.run_once, case)
            return
        if not campaign.is_measured(case):
            with capsys.disabled():
                _measure_aloud(campaign, case, request.config)
        result = campaign.result(case)
        if isinstance(result, Entry):
            benchmark.extra_info[KEY] = to_extra_info(result)
            replay(benchmark, result.samples_s)
        campaign.keep(result)
        if isinstance(result, Failure):
            _fail_without_entry(benchmark, result)

    return run


def _measure_aloud(campaign: Campaign, case: Case, config: pytest.Config) -> None:
    """Time a sweep between two halves of one line, so that a long run shows where it is."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    path = terminal.currentfspath
    terminal.ensure_newline()
    terminal.write(f"  {case.sweep_id}: up to {campaign.budget_s(case):.3g} s ... ", flush=True)
    campaign.result(case)
    terminal.write_line(campaign.progress(case))
    terminal.currentfspath = path  # else pytest prints the path again before the next dot


def _fail_without_entry(benchmark: Any, failure: Failure) -> None:
    """Fail the test so that pytest-benchmark saves nothing for it and does not call it unused."""

    def refuse() -> None:
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        benchmark.pedantic(refuse)
    if failure.is_skip:
        pytest.skip(failure.reason)
    pytest.fail(f"{failure.place.variant}: {failure.reason}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note what happens to a test besides its timing: pytest-benchmark would save a failed one as good."""
    report = yield
    campaign, case = item.config.stash[CAMPAIGN], item.stash.get(CASE, None)
    if case is None:
        return report
    if not report.passed and "benchmark" in item.funcargs:  # type: ignore[attr-defined]  # a function has them
        item.funcargs["benchmark"].has_error = True  # type: ignore[attr-defined]
    if report.failed or (report.skipped and campaign.is_measured(case)):
        campaign.fail(case, _reason(report), is_skip=report.skipped)
    elif report.skipped and campaign.journal:
        campaign.journal.skip(item.nodeid, _reason(report))
    return report


def _reason(report: pytest.TestReport) -> str:
    """Why a test failed or was skipped, in one line."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr).splitlines()
    return lines[0] if lines else "no reason given"


@pytest.hookimpl(wrapper=True)
def pytest_benchmark_compare_machine_info(benchmarksession: Any) -> Generator[None, Any, Any]:
    """Let a comparison go on whose storage pytest-benchmark cannot name: one outside the working folder."""
    try:
        return (yield)
    except ValueError as error:
        benchmarksession.logger.warning(f"Benchmark machine_info is different ({error})")


@pytest.hookimpl(specname="pytest_sessionfinish")
def pytest_finish_journal(session: pytest.Session, exitstatus: int) -> None:
    """Close the journal as finished where the run came to its end; pytest-benchmark has saved by then."""
    journal = session.config.stash[CAMPAIGN].journal
    ran = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if journal and ran and not session.shouldfail and not session.shouldstop:
        journal.finish()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    """Let go of the journal, and say where the results are if they cannot be saved."""
    journal = session.config.stash[CAMPAIGN].journal
    try:
        return (yield)
    except OSError as error:
        where = f"; they stand in {journal.path}" if journal else ""
        raise pytest.exit.Exception(f"the results cannot be saved: {error}{where}", 1) from error
    finally:
        if journal:
            journal.close()


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Add what the figures depend on and pytest-benchmark does not know."""
    for name in VOLATILE_CPU_INFO:
        machine_info["cpu"].pop(name, None)
    machine_info[KEY] = machine.describe(config.stash[CAMPAIGN].conditions)


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the variants that failed: they have no entry of their own."""
    failures = config.stash[CAMPAIGN].failures
    output_json[KEY] = {"schema": SCHEMA, "failed": [to_failed(failure) for failure in failures]}


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None, Any, Any]:
    """Print the tables and verdicts below pytest-benchmark's own, also where those end in an error."""
    try:
        return (yield)
    finally:
        _show_results(terminalreporter, config)


def _show_results(terminalreporter: Any, config: pytest.Config) -> None:
    campaign = config.stash[CAMPAIGN]
    if campaign.entries or campaign.failures:
        terminalreporter.section("guidelines")
        results = results_of(linked(campaign.entries, campaign.failures))
        width = config.get_terminal_writer().fullwidth
        terminalreporter.write_line(render(Document("", (), parts(results, tables(results))), width))
    if journal := campaign.journal:
        terminalreporter.write_line(
            f"\njournal: {journal.path}" + ("" if journal.is_finished else "; --resume goes on with it")
        )
        if journal.fault:
            terminalreporter.write_line(
                f"the journal is incomplete, writing it failed: {journal.fault}", red=True
            )
