"""The pytest plugin: options become conditions, marked tests become sweeps, sweeps become tables.

A test marked `guideline(sweeps=sweeps)`, where sweeps(condition) yields Sweep objects, runs once for every
condition and variant; its fixture `measure` times the whole sweep at the first variant of it.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from guidelines import machine, options
from guidelines.campaign import Campaign, Case, cases
from guidelines.merge import reduced
from guidelines.replay import recorded_clock, replay
from guidelines.report.document import Document
from guidelines.report.sections import sections
from guidelines.report.table import tables
from guidelines.report.text import render
from guidelines.results import Failure, gather
from guidelines.saved import KEY, SCHEMA, to_extra_info, to_failed

CAMPAIGN = pytest.StashKey[Campaign]()


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "guideline(sweeps=...): times every variant of the sweeps of each condition",
        "guideline_case(case): set by the suite: one variant of a sweep",
    ):
        config.addinivalue_line("markers", marker)
    config.stash[CAMPAIGN] = Campaign(
        options.conditions(config),
        options.limits(config),
        config.getoption("seed"),
        config.getoption("retry_disturbed"),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per condition, sweep and variant; the id names what departs from the paper's set-up."""
    marker = metafunc.definition.get_closest_marker("guideline")
    if marker is None:
        return
    conditions = metafunc.config.stash[CAMPAIGN].conditions
    sweeps, source = marker.kwargs.get("sweeps"), metafunc.definition.nodeid
    if not callable(sweeps) or "measure" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{source}: write @pytest.mark.guideline(sweeps=...) and use `measure`")
    try:
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


def pytest_collection_finish(session: pytest.Session) -> None:
    """Sweeps measure the variants that are left after -k, node ids and other selections."""
    markers = (item.get_closest_marker("guideline_case") for item in session.items)
    chosen = [marker.args[0] for marker in markers if marker]
    if chosen and session.config.getoption("benchmark_cprofile"):
        raise pytest.UsageError(
            "--benchmark-cprofile would profile the replay of recorded times, not the networks"
        )
    try:
        session.config.stash[CAMPAIGN].choose(chosen)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture
def measure(
    request: pytest.FixtureRequest, benchmark: Any, capsys: pytest.CaptureFixture[str]
) -> Callable[[], None]:
    """Times the sweep of this variant, once, and replays this variant's part into `benchmark`."""
    marker = request.node.get_closest_marker("guideline_case")
    if marker is None:
        pytest.fail("`measure` needs the mark @pytest.mark.guideline(sweeps=...)", pytrace=False)
    case: Case = marker.args[0]
    campaign = request.config.stash[CAMPAIGN]

    def run() -> None:
        if not benchmark.enabled:
            benchmark(campaign.run_once, case)
            return
        if not campaign.is_measured(case):
            with capsys.disabled():
                _measure_aloud(campaign, case, request.config)
        result = campaign.result(case)
        campaign.keep(result)
        if isinstance(result, Failure):
            _fail_without_entry(benchmark, result)
        else:
            benchmark.extra_info[KEY] = to_extra_info(result)
            replay(benchmark, result.samples_s)

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
    pytest.fail(f"{failure.place.variant}: {failure.reason}", pytrace=False)


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Add what the figures depend on and pytest-benchmark does not know."""
    machine_info[KEY] = machine.describe(config.stash[CAMPAIGN].conditions)


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the variants that failed: they have no entry of their own."""
    failures = config.stash[CAMPAIGN].failures
    output_json[KEY] = {"schema": SCHEMA, "failed": [to_failed(failure) for failure in failures]}


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the tables and verdicts below pytest-benchmark's own."""
    campaign = config.stash[CAMPAIGN]
    if campaign.entries or campaign.failures:
        terminalreporter.section("guidelines")
        results = reduced(gather(campaign.entries, campaign.failures))
        width = config.get_terminal_writer().fullwidth
        terminalreporter.write_line(render(Document("", (), sections(tables(results))), width))
