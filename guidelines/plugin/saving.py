"""Results are saved and the journal is closed when a run ends, in a way that keeps what is there already."""

from collections.abc import Generator
from typing import Any

import pytest
import pytest_benchmark.plugin

from guidelines.plugin import ending
from guidelines.plugin.aside import SavedFiles
from guidelines.plugin.measurement import CAMPAIGN
from guidelines.results.ceilings import to_saved
from guidelines.results.extent import to_partial
from guidelines.results.reason import one_line
from guidelines.results.schema import KEY, SCHEMA, to_failed

# The files that pytest-benchmark saves.
FILES = pytest.StashKey[SavedFiles]()
# Number of entries that pytest-benchmark has saved.
SAVED = pytest.StashKey[int]()
# Reason why the results could not be saved.
NOT_SAVED = pytest.StashKey[str]()
# True when pytest-benchmark has written its files.
WRITTEN = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Prepare for the end of the run."""
    config.stash[FILES] = SavedFiles()


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the variants that failed, which have no entry of their own, and how much of a cut run is there."""
    campaign = config.stash[CAMPAIGN]
    config.stash[SAVED] = len(campaign.entries)
    output_json[KEY] = {
        "schema": SCHEMA,
        "failed": [to_failed(failure) for failure in campaign.failures],
        "ceilings": [to_saved(ceilings) for ceilings in campaign.ceilings],
        **to_partial(ending.extent(config)),
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    """Save to files beside the old ones; if that fails, end the run as usual, but as one that failed."""
    config = session.config
    files, journal = config.stash[FILES], config.stash[CAMPAIGN].journal
    if journal:
        files.redirect(config, ending.extent(config).is_complete)
    try:
        return (yield)
    except Exception as error:
        if config.stash.get(WRITTEN, False) or not journal:
            raise
        _fail(session, error)
        journal.close()
        return _end_without_saving(session)
    finally:
        files.discard()
        if journal:
            journal.close()


@pytest.hookimpl(specname="pytest_sessionfinish", tryfirst=True)
def pytest_keep_results(session: pytest.Session) -> None:
    """Put the saved files in their places and close the journal; pytest-benchmark has written by then."""
    config = session.config
    config.stash[WRITTEN] = True
    journal = config.stash[CAMPAIGN].journal
    if not journal:
        return
    try:
        config.stash[FILES].put()
    except OSError as error:
        _fail(session, error)
    else:
        if ending.extent(config).is_complete:
            journal.finish()
    journal.close()


def _fail(session: pytest.Session, error: Exception) -> None:
    session.config.stash[NOT_SAVED] = one_line(error)
    if session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _end_without_saving(session: pytest.Session) -> Any:
    """Call this hook of all plugins but pytest-benchmark, whose error kept the others from being called."""
    this = session.config.pluginmanager.get_plugin(__name__)
    hook = session.config.pluginmanager.subset_hook_caller(
        "pytest_sessionfinish", remove_plugins=[pytest_benchmark.plugin, this]
    )
    return hook(session=session, exitstatus=session.exitstatus)
