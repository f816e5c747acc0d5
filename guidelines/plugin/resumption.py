"""The journal of an unfinished run that --resume completes, and what must match before it can."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from guidelines.plugin.journals import in_order
from guidelines.plugin.outputs import FOLDER, given_journal, is_measuring
from guidelines.report.labels import differences
from guidelines.results.checked import printable
from guidelines.results.files import load_journal
from guidelines.results.journal_contents import Contents, Header
from guidelines.results.schema import ResultsError


def unfinished(config: pytest.Config) -> tuple[Path, Contents] | None:
    """The journal to complete: --journal's, else the newest; None without --resume.

    Raises UsageError if there is none, if it is broken or finished, or if the other options time nothing.
    """
    if not config.getoption("resume"):
        return None
    if not is_measuring(config) and not config.getoption("collectonly"):
        raise pytest.UsageError("--resume measures what is missing, but the other options time nothing")
    try:
        path = given_journal(config) or newest_unfinished(config.rootpath / FOLDER)
        if path.is_fifo():
            raise ResultsError(f"{path}: is a pipe, no journal")
        contents = load_journal(path)
    except ResultsError as error:
        raise pytest.UsageError(printable(f"--resume: {error}")) from error
    if contents.is_finished:
        raise pytest.UsageError(f"--resume: nothing to resume, {path} belongs to a finished run")
    return path, contents


def check_same(path: Path, before: Header, now: Header) -> None:
    """Raises UsageError naming the settings and machine facts that differ from those in a journal."""
    if changed := differences(_facts(before), _facts(now)):
        raise pytest.UsageError(
            f"--resume: {path} was begun differently, then | now: {'; '.join(changed)}; a run without "
            "--resume begins a journal of its own"
        )


def _facts(header: Header) -> dict[str, str]:
    """The known machine facts and settings of a journal by name, as long ones are read: they are cut."""
    facts = asdict(header.machine) | dict(header.settings)
    return {name: printable(value) for name, value in facts.items() if value}


def check_plan(path: Path, before: Header, planned: Mapping[str, Sequence[str]]) -> None:
    """Raises UsageError naming the variants that a journal plans and this run does not.

    Without them the journal would never be finished.
    """
    for sweep_id, variants in before.sweeps.items():
        lacking = [variant for variant in variants if variant not in planned.get(sweep_id, ())]
        if lacking:
            raise pytest.UsageError(
                f"--resume: {path} was begun with more tests: {sweep_id} {', '.join(lacking)}; select them "
                "as well, or begin a journal of its own without --resume"
            )


def newest_unfinished(folder: Path) -> Path:
    """The journal that was begun last of those that are not of a finished run. Raises ResultsError."""
    for path in in_order(folder):
        if not load_journal(path).is_finished:
            return path
    paths = list(folder.glob("*.jsonl"))
    if not paths:
        raise ResultsError(f"nothing to resume, no journal in {folder}")
    raise ResultsError(
        f"nothing to resume, none of {len(paths)} journals in {folder} belongs to an unfinished run"
    )
