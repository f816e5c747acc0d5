"""The journal that --resume completes: the newest unfinished one of the same machine, settings and plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest

from guidelines.plugin.journals import in_order
from guidelines.plugin.outputs import given_journal, is_measuring, journal_folder
from guidelines.report.labels import differences
from guidelines.results.checked import printable
from guidelines.results.files import load_journal
from guidelines.results.journal_contents import Contents, Header
from guidelines.results.schema import ResultsError


class Unfinished(NamedTuple):
    """The journal of a run that was cut short."""

    path: Path
    contents: Contents

    @property
    def header(self) -> Header:
        """The machine, the settings and the plan that its run began with."""
        return self.contents.header


def unfinished(config: pytest.Config, now: Callable[[], Header]) -> list[Unfinished]:
    """Journals that this run may complete: --journal's, or all of its settings, the newest first.

    `now` makes the header of this run, without its plan. None without --resume. Raises UsageError if there is
    no such journal, if --journal's is finished, if one is broken, or if the other options time nothing.
    """
    if not config.getoption("resume"):
        return []
    if not is_measuring(config) and not config.getoption("collectonly"):
        raise pytest.UsageError("--resume measures what is missing, but the other options time nothing")
    try:
        path = given_journal(config)
        journals = [_given(path)] if path else _of_settings(journal_folder(config), now())
    except ResultsError as error:
        raise pytest.UsageError(printable(f"--resume: {error}")) from error
    check_same(journals[0], now())
    return journals


def _given(path: Path) -> Unfinished:
    """The journal of a path. Raises ResultsError."""
    if path.is_fifo():
        raise ResultsError(f"{path}: is a pipe, no journal")
    contents = load_journal(path)
    if contents.is_finished:
        raise ResultsError(f"nothing to resume, {path} belongs to a finished run")
    return Unfinished(path, contents)


def _of_settings(folder: Path, now: Header) -> list[Unfinished]:
    """The unfinished journals of a folder that were begun as this run is, the newest first.

    If there is none, the newest that was begun differently. Raises ResultsError if there is none at all.
    """
    journals = unfinished_journals(folder)
    return [journal for journal in journals if not _changed(journal, now)] or journals[:1]


def unfinished_journals(folder: Path) -> list[Unfinished]:
    """The journals of a folder that are not of a finished run, the one that was begun last first.

    Raises ResultsError if there is none, or if one is broken that is newer than all of them.
    """
    journals: list[Unfinished] = []
    for path in in_order(folder):
        try:
            contents = load_journal(path)
        except ResultsError:
            if not journals:
                raise
            continue
        if not contents.is_finished:
            journals.append(Unfinished(path, contents))
    if journals:
        return journals
    paths = list(folder.glob("*.jsonl"))
    if not paths:
        raise ResultsError(f"nothing to resume, no journal in {folder}")
    raise ResultsError(
        f"nothing to resume, none of {len(paths)} journals in {folder} belongs to an unfinished run"
    )


def check_same(journal: Unfinished, now: Header) -> None:
    """Raises UsageError naming the settings and machine facts that differ from those in a journal."""
    if changed := _changed(journal, now):
        raise pytest.UsageError(
            f"--resume: {journal.path} was begun differently, then | now: {'; '.join(changed)}; a run "
            "without --resume begins a journal of its own"
        )


def _changed(journal: Unfinished, now: Header) -> Sequence[str]:
    return differences(_facts(journal.header), _facts(now))


def _facts(header: Header) -> dict[str, str]:
    """The known machine facts and settings of a journal by name, as long ones are read: they are cut."""
    facts = asdict(header.machine) | dict(header.settings)
    return {name: printable(value) for name, value in facts.items() if value}


def of_plan(journals: Sequence[Unfinished], planned: Mapping[str, Sequence[str]]) -> Unfinished:
    """The newest journal of the same plan as this run, else the newest whose plan is a part of it.

    Raises UsageError naming the variants that the newest plans and this run does not: without them it would
    never be finished.
    """
    for journal in journals:
        if _plan(journal.header.sweeps) == _plan(planned):
            return journal
    for journal in journals:
        if not _lacking(journal, planned):
            return journal
    newest = journals[0]
    raise pytest.UsageError(
        f"--resume: {newest.path} was begun with more tests: {_lacking(newest, planned)}; select them as "
        "well, or begin a journal of its own without --resume"
    )


def _plan(sweeps: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    return {printable(sweep_id): set(variants) for sweep_id, variants in sweeps.items()}


def _lacking(journal: Unfinished, planned: Mapping[str, Sequence[str]]) -> str:
    """The first sweep of which a journal plans variants that this run does not, and these variants, or ""."""
    there = _plan(planned)
    for sweep_id, variants in journal.header.sweeps.items():
        lacking = [variant for variant in variants if variant not in there.get(printable(sweep_id), ())]
        if lacking:
            return f"{sweep_id} {', '.join(lacking)}"
    return ""
