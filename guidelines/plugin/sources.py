"""The files that define the tests of a run: passes of changed code must not be mixed in one sweep."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from os.path import relpath
from pathlib import Path

import pytest

from guidelines.measure.case import Case
from guidelines.results.journal_contents import Contents, Result
from guidelines.results.model import Failure

DIGITS = 16


def digests(items: Iterable[pytest.Item], root: Path) -> dict[str, str]:
    """A digest of each file that holds a test, by its path from a folder; not of the modules it imports."""
    paths = sorted({item.path for item in items})
    return {relpath(path, root): sha256(path.read_bytes()).hexdigest()[:DIGITS] for path in paths}


def outdated(contents: Contents, cases: Iterable[Case], now: Mapping[str, str]) -> dict[str, list[str]]:
    """Sweeps of a journal to measure anew, because their file was changed: their ids by that file.

    A complete sweep without failures stays: all its passes ran the same code.
    """
    by_file: dict[str, list[str]] = {}
    for sweep_id, source in {case.sweep_id: case.source for case in cases}.items():
        path = source.partition("::")[0]
        passes = contents.measurements.get(sweep_id, {})
        is_changed = contents.header.sources.get(path, now.get(path)) != now.get(path)
        if is_changed and passes and not _is_complete(passes, contents.header.passes or 1):
            by_file.setdefault(path, []).append(sweep_id)
    return by_file


def _is_complete(passes: Mapping[int, Sequence[Result]], planned: int) -> bool:
    results: list[Result] = []
    for of_pass in passes.values():
        results += of_pass
    return len(passes) >= planned and not any(isinstance(result, Failure) for result in results)
