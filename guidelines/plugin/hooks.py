"""Hooks of pytest before the first test: options become a campaign, marked tests become its cases.

A test marked `guideline(sweeps=sweeps)`, where sweeps(condition) yields Sweep objects, becomes one test per
condition and variant. With one pass, its fixture `measure` times a whole sweep at the first variant of it;
several passes are measured before the first test. Other arguments of the mark: `setup=Setup(...)` gives the
experiment its own default sizes; with `on_request="12 minutes"` it runs only if the command names its file.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case, check_countable, settled
from guidelines.measure.recording import Limits
from guidelines.plugin import on_request, outputs, resumption, without_verdict
from guidelines.plugin.conditions import (
    ENVIRON,
    conditions,
    limits,
    widths_by_default,
    without_effect,
)
from guidelines.plugin.fitting import in_lines
from guidelines.plugin.header import header
from guidelines.plugin.marked import marked_cases
from guidelines.plugin.measurement import CAMPAIGN, CASE, explained_by_pytest
from guidelines.plugin.options import add_options
from guidelines.plugin.planned import planned
from guidelines.plugin.replay import recorded_clock
from guidelines.plugin.resumption import Unfinished
from guidelines.plugin.sources import digests, outdated
from guidelines.report.subjects.at_best import TOO_SHORT
from guidelines.results.journal_contents import Contents
from guidelines.spec.condition import Setup

# Journals that --resume may complete, and the one that it completes.
UNFINISHED = pytest.StashKey[list[Unfinished]]()
RESUMED = pytest.StashKey[Unfinished]()
# True when tests were selected without an error, such as a -k that cannot be read.
SELECTED = pytest.StashKey[bool]()
# Digests of the files that hold the tests of a run.
SOURCES = pytest.StashKey[Mapping[str, str]]()
# Sweeps of a resumed journal that are measured anew.
ANEW = pytest.StashKey[Sequence[str]]()
DEBUGGERS = {"--pdb": "usepdb", "--trace": "trace"}
# Torch's own compiler says this of itself.
WARNING_OF_TORCH = "ignore:.torch.jit.script_method. is deprecated:DeprecationWarning"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the suite's own options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options and the journals to resume. Raises UsageError."""
    config.addinivalue_line("filterwarnings", WARNING_OF_TORCH)
    campaign = Campaign(
        conditions=conditions(config, Setup()),
        limits=limits(config),
        seed=config.getoption("seed"),
        passes=config.getoption("passes"),
        until=_until(config),
        retries=config.getoption("retry_disturbed"),
        explain=explained_by_pytest,
    )
    config.stash[CAMPAIGN] = campaign
    config.stash[ENVIRON] = dict(os.environ)
    config.stash[UNFINISHED] = resumption.unfinished(config, partial(header, config))


def _until(config: pytest.Config) -> int | None:
    """The last pass that is measured now, None for all. Raises UsageError."""
    until: int | None = config.getoption("until_pass")
    passes: int = config.getoption("passes")
    if until is not None and until > passes:
        raise pytest.UsageError(f"--until-pass {until}: is more than --passes {passes}")
    return until


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the limits that hold here, the options that change nothing, and what is measured twice unasked.

    pytest-benchmark names its own limits, which hold for other benchmarks.
    """
    campaign = config.stash[CAMPAIGN]
    chosen, held = campaign.conditions, campaign.limits
    line = f"guidelines: max_time={held.max_time_s} min_rounds={held.min_rounds} passes={campaign.passes}"
    return [line, *without_effect(config, chosen), *widths_by_default(config, chosen)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test per condition, sweep and variant; its id names what differs from the paper's set-up."""
    marker = metafunc.definition.get_closest_marker("guideline")
    if marker is None:
        return
    try:
        tests = [
            _test(case, metafunc.config.stash[CAMPAIGN].limits) for case in marked_cases(metafunc, marker)
        ]
    except ValueError as error:
        raise pytest.Collector.CollectError(str(error)) from None  # pytest shows its message alone
    metafunc.parametrize("measure", tests, indirect=True)


def _test(case: Case, limits: Limits) -> Any:
    """The parameter set of pytest that makes a case a test."""
    benchmark = pytest.mark.benchmark(
        timer=recorded_clock,
        group=case.sweep_id,
        max_time=limits.max_time_s,
        min_rounds=limits.min_rounds,
    )
    marks = [pytest.mark.guideline_case(case), benchmark]
    return pytest.param(case.id, id=case.id, marks=marks)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Any:
    """Leave out the experiments that run on request only, and note that selections raised no error."""
    on_request.leave_out(config, items)
    result = yield
    config.stash[SELECTED] = True
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Plan the variants that -k, node ids and other selections leave, and begin the journal."""
    config = session.config
    items, chosen = planned(session.items)
    if chosen and config.getoption("benchmark_cprofile"):
        raise pytest.UsageError(
            "--benchmark-cprofile would profile the replay of recorded times, not the networks"
        )
    if chosen and outputs.is_measuring(config):
        _check_debuggers(config)
    is_broken = session.testsfailed and not config.getoption("continue_on_collection_errors")
    if is_broken or SELECTED not in config.stash:
        return  # no test will run
    config.stash[SOURCES] = digests(items, config.rootpath)
    try:
        cases_to_measure = _plan(config, chosen)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    for item, case in zip(items, cases_to_measure, strict=True):
        item.stash[CASE] = case
    if items and outputs.is_measuring(config):
        begins = replace(header(config), sources=config.stash[SOURCES])
        config.stash[CAMPAIGN].journal = outputs.begin(
            config, begins, config.stash.get(RESUMED, None), config.stash.get(ANEW, [])
        )


def _check_debuggers(config: pytest.Config) -> None:
    """Raises UsageError for a debugger of this process if others measure."""
    for option, name in DEBUGGERS.items():
        if config.getoption(name) and config.getoption("passes") > 1:
            raise pytest.UsageError(
                f"{option}: networks are measured in processes that it does not reach; add --passes 1 for "
                "this one"
            )


def _plan(config: pytest.Config, chosen: list[Case]) -> list[Case]:
    """Give the campaign its cases and their results in a resumed journal; returns them with their batches.

    Raises ValueError for cases that cannot be measured, or that differ from those in the journal.
    """
    campaign = config.stash[CAMPAIGN]
    resumed = _resumed(config, chosen)
    if not config.getoption("collectonly"):
        tell = partial(_tell_batch, config)
        chosen, campaign.batches = settled(chosen, campaign.batches, tell=tell, explain=campaign.explain)
        check_countable(chosen)
    campaign.choose(chosen)
    if resumed:
        path, contents = resumed
        anew = _outdated(config, chosen, contents)
        kept = {sweep_id: of for sweep_id, of in contents.measurements.items() if sweep_id not in anew}
        campaign.restore(kept, contents.ceilings)
        for line in contents.damage:
            cut = (
                f", and is cut off now (the whole is kept in {path.name}.damaged)"
                if contents.broken and outputs.is_measuring(config)
                else ""
            )
            _tell(config, f"{path}: {line}{cut}")
    return chosen


def _resumed(config: pytest.Config, chosen: list[Case]) -> Unfinished | None:
    """The journal that this run completes, whose batches it takes over; None without --resume."""
    journals = config.stash[UNFINISHED]
    if not journals:
        return None
    planned: dict[str, list[str]] = {}
    for case in chosen:
        planned.setdefault(case.sweep_id, []).append(case.variant.id)
    resumed = config.stash[RESUMED] = resumption.of_plan(journals, planned)
    config.stash[CAMPAIGN].batches.update(resumed.header.batches)
    return resumed


def _outdated(config: pytest.Config, chosen: list[Case], contents: Contents) -> list[str]:
    """The sweeps of a resumed journal that are measured anew, as their passes would be of different code."""
    anew: list[str] = []
    for path, sweep_ids in outdated(contents, chosen, config.stash[SOURCES]).items():
        _tell(config, f"{path} was changed since: {', '.join(sweep_ids)}: measured anew")
        anew += sweep_ids
    config.stash[ANEW] = anew
    return anew


def _tell_batch(config: pytest.Config, case: Case) -> None:
    """Print the batch that was found for a sweep: finding one takes seconds."""
    _tell(config, f"--batch-size auto: {case.sweep_id}: {case.condition.batch_size}")


def _tell(config: pytest.Config, line: str) -> None:
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        terminal.ensure_newline()
        terminal.write_line(line)


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> list[str]:
    """Name the experiments that run on request only, what can have no verdict, and what is there already."""
    campaign, lines = config.stash[CAMPAIGN], on_request.left_out(config)
    width = config.get_terminal_writer().fullwidth
    lines += [in_lines(line, width) for line in without_verdict.lines(planned(items)[1])]
    if campaign.journal and not campaign.has_time_for_ceilings:
        lines.append(TOO_SHORT)
    if resumed := config.stash.get(RESUMED, None):
        there = f"{campaign.finished_sweeps} of {len(campaign.planned)} sweeps"
        if campaign.passes > 1:
            there += f" and {campaign.known_passes} of {campaign.passes * len(campaign.planned)} passes"
        lines.append(f"resumed {resumed.path}: {there} are there")
    return [*lines, *(campaign.journal.notes if campaign.journal else ())]
