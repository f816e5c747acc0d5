"""The end of a run: what machine it was on, tables and verdicts, and where its results are."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from _pytest._io import TerminalWriter

from guidelines.analysis.measured import results_of
from guidelines.analysis.tables import tables
from guidelines.measure.campaign import Campaign
from guidelines.measure.device.devices import describe
from guidelines.plugin.conditions import ENVIRON
from guidelines.plugin.ending import extent
from guidelines.plugin.measurement import CAMPAIGN
from guidelines.plugin.saving import FILES, NOT_SAVED, SAVED
from guidelines.report.document import Document
from guidelines.report.formats import text
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.report import parts
from guidelines.results.joining import linked
from guidelines.results.journal import Journal
from guidelines.results.schema import KEY

# Momentary values of py-cpuinfo; pytest-benchmark warns of any difference between two machine_info.
VOLATILE_CPU_INFO = ("hz_actual", "hz_actual_friendly", "hz_advertised", "hz_advertised_friendly")

# Options that let pytest-benchmark save, by their names in pytest's config.
SAVING = {
    "benchmark_json": "--benchmark-json",
    "benchmark_save": "--benchmark-save",
    "benchmark_autosave": "--benchmark-autosave",
}
# Options on pytest-benchmark's own tables: with one of them, these show our tests, too.
ON_TABLES = {
    "--benchmark-columns",
    "--benchmark-sort",
    "--benchmark-group-by",
    "--benchmark-name",
    "--benchmark-time-unit",
    "--benchmark-verbose",
    "--benchmark-histogram",
    "--benchmark-compare",
    "--benchmark-compare-fail",
}
# A table of pytest-benchmark: its name and its rows.
Group = tuple[str | None, list[dict[str, Any]]]


@pytest.hookimpl(wrapper=True)
def pytest_benchmark_compare_machine_info(benchmarksession: Any) -> Generator[None, Any, Any]:
    """Compare with a storage outside the working folder, too: pytest-benchmark cannot name one and raises."""
    try:
        return (yield)
    except ValueError as error:
        benchmarksession.logger.warning(f"Benchmark machine_info is different ({error})")


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Add the facts that results depend on and pytest-benchmark does not record."""
    for name in VOLATILE_CPU_INFO:
        machine_info["cpu"].pop(name, None)
    measured, name = config.stash[CAMPAIGN].conditions, config.getoption("machine")
    machine_info[KEY] = describe(measured, name, config.stash[ENVIRON])


@pytest.hookimpl(wrapper=True)
def pytest_benchmark_group_stats(config: pytest.Config) -> Generator[None, list[Group], list[Group]]:
    """Leave our tests out of pytest-benchmark's tables, unless an option on them is given.

    They repeat the times in another order and unpaired, so that their ratios contradict our slow-downs. Other
    benchmarks of the session keep their tables.
    """
    groups = yield
    given = {argument.partition("=")[0] for argument in config.invocation_params.args}
    if not given.isdisjoint(ON_TABLES):
        return groups
    others = []
    for name, benchmarks in groups:
        of_others = [each for each in benchmarks if KEY not in each["extra_info"]]
        if of_others:
            others.append((name, of_others))
    return others


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: Any, exitstatus: int, config: pytest.Config
) -> Generator[None, Any, Any]:
    """Print tables and verdicts below pytest-benchmark's own tables, even if those end in an error."""
    campaign = config.stash[CAMPAIGN]
    if not extent(config).is_complete:
        campaign.keep_everything()
    try:
        return (yield)
    finally:
        if campaign.entries or campaign.failures:
            terminalreporter.section("guidelines")
            terminalreporter.write_line(_report(campaign, config.get_terminal_writer()))
        if campaign.journal:
            terminalreporter.write_line(f"\n{_name(campaign.journal)}")
            for line in _unsaved(config, campaign.journal, len(campaign.entries)):
                terminalreporter.write_line(line)
            for line in _lost(config, campaign.journal):
                terminalreporter.write_line(line, red=True)


def _report(campaign: Campaign, terminal: TerminalWriter) -> str:
    """Tables, and the answer below them, where it is still seen when the run has ended."""
    given_s = campaign.limits.max_time_s or None
    entries = [replace(entry, max_time_s=given_s) for entry in campaign.entries]
    run = linked(entries, campaign.failures)
    machine = replace(run.machine, cpu_capability=torch.backends.cpu.get_cpu_capability())
    run = replace(
        run,
        machine=machine,
        ceilings=campaign.ceilings,
        is_too_short_for_ceilings=not campaign.has_time_for_ceilings,
    )
    results = results_of(run)
    known = tables(results)
    answer = text.answer(lines([known]), terminal.fullwidth, terminal.hasmarkup)
    shown = text.render(Document("", (), parts(results, known)), terminal.fullwidth)
    return "\n\n".join(filter(None, (shown, answer)))


def _name(journal: Journal) -> str:
    if not journal.path.is_file():
        return f"journal: {journal.path} is gone"
    return f"journal: {journal.path}{'' if journal.is_finished else '; --resume goes on with it'}"


def _unsaved(config: pytest.Config, journal: Journal, entries: int) -> Iterator[str]:
    """Lines on files that lack results, because the run ended before their tests."""
    asked = [option for name, option in SAVING.items() if config.getoption(name)]
    saved = config.stash.get(SAVED, 0)
    if asked and saved < entries and not config.stash.get(NOT_SAVED, ""):
        what = f"holds {saved} of {entries} results" if saved else "was not written"
        where = "" if journal.fault else "; the journal holds all results"
        yield f"{', '.join(asked)} {what}, because the run was cut short{where}"
    old = config.getoption("benchmark_json")
    if old and SAVED not in config.stash and Path(old).is_file():
        yield f"--benchmark-json: {old} is still that of an earlier run"
    if kept := config.stash[FILES].kept:
        yield f"--benchmark-json: {kept}"


def _lost(config: pytest.Config, journal: Journal) -> Iterator[str]:
    """Lines on what could not be written, and where it is instead."""
    yield from journal.notes
    if reason := config.stash.get(NOT_SAVED, ""):
        is_there = not journal.fault and journal.path.is_file()
        where = f"they stand in {journal.path}" if is_there else "nor are they all in the journal"
        yield f"the results cannot be saved: {reason}; {where}"
    if journal.fault:
        measurements = "measurement" if journal.lost == 1 else "measurements"
        lost = f"; it lacks {journal.lost} {measurements} of sweeps" if journal.lost else ""
        yield f"the journal is incomplete, writing it failed: {journal.fault}{lost}"
