"""Hooks of pytest before the first test: options become a campaign, marked tests become its cases.

A test marked `guideline(sweeps=sweeps)`, where sweeps(condition) yields Sweep objects, becomes one test per
condition and variant. With one pass, its fixture `measure` times a whole sweep at the first variant of it;
several passes are measured before the first test. Other arguments of the mark: `setup=Setup(...)` gives the
experiment its own default sizes; with `on_request="12 minutes"` it runs only if the command names its file.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case, cases, check_countable, settled
from guidelines.measure.device.devices import describe
from guidelines.plugin import on_request, outputs, resumption
from guidelines.plugin.conditions import ENVIRON, conditions, limits, time_share, without_effect
from guidelines.plugin.measurement import CAMPAIGN, CASE, explained_by_pytest
from guidelines.plugin.options import add_options
from guidelines.plugin.origin import Module, Origin
from guidelines.plugin.planned import planned
from guidelines.plugin.replay import recorded_clock
from guidelines.plugin.sources import digests, outdated
from guidelines.results.journal_contents import Contents, Header
from guidelines.results.machine import parse_machine
from guidelines.results.schema import KEY
from guidelines.spec.condition import Setup

# The journal that --resume completes, by its path; None without that option.
RESUMED = pytest.StashKey[tuple[Path, Contents] | None]()
# Digests of the files that hold the tests of a run.
SOURCES = pytest.StashKey[Mapping[str, str]]()
# Sweeps of a resumed journal that are measured anew.
ANEW = pytest.StashKey[Sequence[str]]()
DEBUGGERS = {"--pdb": "usepdb", "--trace": "trace"}
MARKERS = (
    "guideline(sweeps=..., setup=..., on_request=...): times every variant of each condition's sweeps",
    "guideline_case(case): set by the suite: one variant of a sweep",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the suite's own options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options and the journal to resume. Raises UsageError."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    campaign = Campaign(
        conditions=conditions(config, Setup()),
        limits=limits(config),
        seed=config.getoption("seed"),
        passes=config.getoption("passes"),
        retries=config.getoption("retry_disturbed"),
        explain=explained_by_pytest,
    )
    config.stash[CAMPAIGN] = campaign
    config.stash[ENVIRON] = dict(os.environ)
    config.stash[RESUMED] = resumed = resumption.unfinished(config)
    if resumed:
        path, contents = resumed
        resumption.check_same(path, contents.header, _header(config))
        campaign.batches.update(contents.header.batches)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the options that change nothing here."""
    return without_effect(config, config.stash[CAMPAIGN].conditions)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test per condition, sweep and variant; its id names what differs from the paper's set-up."""
    marker = metafunc.definition.get_closest_marker("guideline")
    if marker is None:
        return
    sweeps, source = marker.kwargs.get("sweeps"), metafunc.definition.nodeid
    if not callable(sweeps) or "measure" not in metafunc.fixturenames:
        message = f"{source}: write @pytest.mark.guideline(sweeps=...) and use `measure`"
        raise pytest.Collector.CollectError(message)
    try:
        asked = conditions(metafunc.config, marker.kwargs.get("setup", Setup()))
        found = cases(
            sweeps, asked, source, origin=_origin(metafunc), time_share=partial(time_share, metafunc.config)
        )
        tests = [_test(case) for case in found]
    except ValueError as error:
        raise pytest.Collector.CollectError(str(error)) from None  # pytest shows its message alone
    metafunc.parametrize("measure", tests, indirect=True)


def _origin(metafunc: pytest.Metafunc) -> Origin:
    """The place of a test's mark, for processes of their own."""
    module, test = metafunc.module, metafunc.definition
    classes = [node.name for node in test.listchain() if isinstance(node, pytest.Class)]
    return Origin(Module(module.__name__, str(module.__file__)), (*classes, test.originalname))


def _test(case: Case) -> Any:
    """The parameter set of pytest that makes a case a test."""
    marks = [
        pytest.mark.guideline_case(case),
        pytest.mark.benchmark(timer=recorded_clock, group=case.sweep_id),
    ]
    return pytest.param(case.id, id=case.id, marks=marks)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the experiments that run on request only."""
    on_request.leave_out(config, items)


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
    if session.testsfailed and not config.getoption("continue_on_collection_errors"):
        return  # no test will run
    config.stash[SOURCES] = digests(items, config.rootpath)
    try:
        cases_to_measure = _plan(config, chosen)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    for item, case in zip(items, cases_to_measure, strict=True):
        item.stash[CASE] = case
    if items and outputs.is_measuring(config):
        header = replace(_header(config), sources=config.stash[SOURCES])
        config.stash[CAMPAIGN].journal = outputs.begin(
            config, header, config.stash[RESUMED], config.stash.get(ANEW, [])
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
    campaign, resumed = config.stash[CAMPAIGN], config.stash[RESUMED]
    if not config.getoption("collectonly"):
        tell = partial(_tell_batch, config)
        chosen, campaign.batches = settled(chosen, campaign.batches, tell=tell, explain=campaign.explain)
        check_countable(chosen)
    campaign.choose(chosen)
    if resumed:
        path, contents = resumed
        resumption.check_plan(path, contents.header, campaign.planned)
        anew = _outdated(config, chosen, contents)
        kept = {sweep_id: of for sweep_id, of in contents.measurements.items() if sweep_id not in anew}
        campaign.restore(kept)
        for line in contents.damage:
            cut = (
                f", and is cut off now (the whole is kept in {path.name}.damaged)"
                if contents.broken and outputs.is_measuring(config)
                else ""
            )
            _tell(config, f"{path}: {line}{cut}")
    return chosen


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


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Name the experiments that run on request only, and what a resumed run already has."""
    campaign, lines = config.stash[CAMPAIGN], on_request.left_out(config)
    if resumed := config.stash[RESUMED]:
        path, _ = resumed
        there = f"{campaign.finished_sweeps} of {len(campaign.planned)} sweeps"
        if campaign.passes > 1:
            there += f" and {campaign.known_passes} of {campaign.passes * len(campaign.planned)} passes"
        lines.append(f"resumed {path}: {there} are there")
    return [*lines, *(campaign.journal.notes if campaign.journal else ())]


def _header(config: pytest.Config) -> Header:
    """The first line of this run's journal: its machine, its settings and its plan."""
    campaign = config.stash[CAMPAIGN]
    machine = {
        "node": platform.node(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python_version": platform.python_version(),
        KEY: describe(campaign.conditions, config.getoption("machine"), config.stash[ENVIRON]),
    }
    settings = {
        "conditions": ", ".join(f"{c.id} ({c.device_name})" for c in campaign.conditions),
        "seed": str(campaign.seed),
        "passes": str(campaign.passes),
        # Modes that were asked for get more time than the same modes by default.
        "mode": ",".join(config.getoption("mode") or ("default",)),
        **{name: str(value) for name, value in asdict(campaign.limits).items()},
    }
    return Header(parse_machine(machine), settings, campaign.planned, campaign.batches)
