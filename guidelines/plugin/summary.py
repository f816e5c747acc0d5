"""The end of a run: results are saved, the journal is closed, tables and verdicts are printed."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from guidelines.analysis.measured import results_of
from guidelines.analysis.tables import tables
from guidelines.measure.campaign import Campaign
from guidelines.measure.device.devices import describe
from guidelines.plugin.conditions import ENVIRON
from guidelines.plugin.measurement import CAMPAIGN
from guidelines.report.document import Document
from guidelines.report.formats.text import render
from guidelines.report.subjects.report import parts
from guidelines.results.joining import linked
from guidelines.results.journal import Journal
from guidelines.results.schema import KEY, SCHEMA, to_failed

# Momentary values of py-cpuinfo; pytest-benchmark warns of any difference between two machine_info.
VOLATILE_CPU_INFO = ("hz_actual", "hz_actual_friendly", "hz_advertised", "hz_advertised_friendly")

# Options that let pytest-benchmark save, by their names in pytest's config.
SAVING = {
    "benchmark_json": "--benchmark-json",
    "benchmark_save": "--benchmark-save",
    "benchmark_autosave": "--benchmark-autosave",
}
# Number of entries that pytest-benchmark has saved.
SAVED = pytest.StashKey[int]()
# True if -x or the like ended the run before its last test.
CUT_SHORT = pytest.StashKey[bool]()


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


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the variants that failed: they have no entry of their own."""
    campaign = config.stash[CAMPAIGN]
    config.stash[SAVED] = len(campaign.entries)
    failed = [to_failed(failure) for failure in campaign.failures]
    output_json[KEY] = {"schema": SCHEMA, "failed": failed}


@pytest.hookimpl(specname="pytest_sessionfinish")
def pytest_finish_journal(session: pytest.Session, exitstatus: int) -> None:
    """Mark the journal as finished if all tests were run; pytest-benchmark has saved by then."""
    session.config.stash[CUT_SHORT] = bool(session.shouldfail or session.shouldstop)
    journal = session.config.stash[CAMPAIGN].journal
    ran = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if journal and ran and not session.shouldfail and not session.shouldstop:
        journal.finish()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    """Close the journal; name it if the results cannot be saved elsewhere."""
    journal = session.config.stash[CAMPAIGN].journal
    try:
        return (yield)
    except OSError as error:
        where = f"; they stand in {journal.path}" if journal else ""
        raise pytest.exit.Exception(f"the results cannot be saved: {error}{where}", 1) from error
    finally:
        if journal:
            journal.close()


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: Any, exitstatus: int, config: pytest.Config
) -> Generator[None, Any, Any]:
    """Print tables and verdicts below pytest-benchmark's own tables, even if those end in an error."""
    campaign = config.stash[CAMPAIGN]
    if exitstatus == pytest.ExitCode.INTERRUPTED or config.stash.get(CUT_SHORT, False):
        campaign.keep_everything()
    try:
        return (yield)
    finally:
        if campaign.entries or campaign.failures:
            terminalreporter.section("guidelines")
            width = config.get_terminal_writer().fullwidth
            terminalreporter.write_line(_report(campaign, width))
        if campaign.journal:
            _name_journal(terminalreporter, campaign.journal)
            for line in _unsaved(config, len(campaign.entries)):
                terminalreporter.write_line(line)


def _report(campaign: Campaign, width: int) -> str:
    results = results_of(linked(campaign.entries, campaign.failures))
    return render(Document("", (), parts(results, tables(results))), width)


def _unsaved(config: pytest.Config, entries: int) -> Iterator[str]:
    """One line if files lack results that the journal holds, because the run ended before their tests."""
    asked = [option for name, option in SAVING.items() if config.getoption(name)]
    saved = config.stash.get(SAVED, 0)
    if asked and saved < entries:
        what = f"holds {saved} of {entries} results" if saved else "was not written"
        yield f"{', '.join(asked)} {what}, because the run was cut short; the journal holds all results"


def _name_journal(terminalreporter: Any, journal: Journal) -> None:
    hint = "" if journal.is_finished else "; --resume goes on with it"
    terminalreporter.write_line(f"\njournal: {journal.path}{hint}")
    if journal.fault:
        fault = f"the journal is incomplete, writing it failed: {journal.fault}"
        terminalreporter.write_line(fault, red=True)
