"""Where the results of a run go, looked at before the first sample: a run must not be lost at its end."""

import itertools
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from pytest_benchmark.utils import get_machine_id

from guidelines.report.labels import differences
from guidelines.results import journal
from guidelines.results.checked import printable
from guidelines.results.files import load_journal
from guidelines.results.journal import Journal
from guidelines.results.journal_contents import OPENING, Contents, Header
from guidelines.results.schema import ResultsError

FOLDER = ".guidelines"
# More than the results of a run of all four guidelines.
PROBE_BYTES = 4 * 2**20


def is_measuring(config: pytest.Config) -> bool:
    """Whether tests will be timed: xdist and some options make pytest-benchmark time nothing."""
    disabled = config.getoption("benchmark_disable") and not config.getoption("benchmark_enable")
    skipped = config.getoption("benchmark_skip") and not config.getoption("benchmark_only")
    distributed = "PYTEST_XDIST_WORKER" in os.environ or config.getoption("dist", "no") != "no"
    return not (disabled or skipped or distributed or config.getoption("collectonly"))


def unfinished(config: pytest.Config) -> tuple[Path, Contents] | None:
    """The journal that --resume goes on with, None without that option.

    Raises UsageError where there is none, where it is broken, or where nothing will be measured.
    """
    if not config.getoption("resume"):
        return None
    if not is_measuring(config) and not config.getoption("collectonly"):
        raise pytest.UsageError("--resume measures what is missing, but the other options time nothing")
    try:
        path = _given(config) or _newest_unfinished(config.rootpath / FOLDER)
        contents = load_journal(path)
    except ResultsError as error:
        raise pytest.UsageError(printable(f"--resume: {error}")) from error
    if contents.is_finished:
        raise pytest.UsageError(f"--resume: nothing to resume, {path} is of a finished run")
    return path, contents


def check_same(path: Path, found: Header, now: Header) -> None:
    """Raises UsageError naming what is not as it was when a journal was begun."""
    before = asdict(found.machine) | dict(found.settings)
    if changed := differences(before, asdict(now.machine) | dict(now.settings)):
        raise pytest.UsageError(
            f"--resume: {path} was begun otherwise, then | now: {'; '.join(changed)}; a run without --resume "
            "begins a journal of its own"
        )


def check_plan(path: Path, found: Header, planned: Mapping[str, Sequence[str]]) -> None:
    """Raises UsageError naming what a journal plans and this run does not: it would never be finished."""
    for sweep_id, variants in found.sweeps.items():
        if lacking := [variant for variant in variants if variant not in planned.get(sweep_id, ())]:
            raise pytest.UsageError(
                f"--resume: {path} was begun with more tests: {sweep_id} {', '.join(lacking)}; select them "
                "as well, or begin a journal of its own without --resume"
            )


def begin(config: pytest.Config, header: Header, resumed: tuple[Path, Contents] | None) -> Journal:
    """The journal of this run, after all its outputs were found to be writable. Raises UsageError."""
    path = resumed[0] if resumed else _given(config) or _fresh(config.rootpath / FOLDER)
    _check_outputs(config, path)
    try:
        if resumed:
            return journal.reopen(*resumed)
        return journal.create(path, header)
    except FileExistsError as error:
        if not _given(config):  # another run began at this moment
            return begin(config, header, None)
        raise pytest.UsageError(
            f"--journal {path}: exists; give another path, or --resume to go on with it"
        ) from error
    except BlockingIOError as error:
        raise pytest.UsageError(f"--journal {path}: another run is writing it") from error
    except OSError as error:
        raise pytest.UsageError(f"--journal {path}: cannot be written: {error.strerror}") from error


def _check_outputs(config: pytest.Config, journal_path: Path) -> None:
    """Raises UsageError for an output that could not be written, or that two results would share."""
    json_path = config.getoption("benchmark_json")
    outputs = {"--journal": journal_path}
    if json_path:
        outputs["--benchmark-json"] = Path(json_path)
        if os.path.realpath(json_path) == os.path.realpath(journal_path):
            raise pytest.UsageError(f"--journal and --benchmark-json are the same file: {json_path}")
    storage = config.getoption("benchmark_storage")
    saves = config.getoption("benchmark_save") or config.getoption("benchmark_autosave")
    if saves and not storage.startswith("elasticsearch+"):
        outputs["--benchmark-storage"] = _storage_folder(storage) / "x.json"
    for option, path in outputs.items():
        if reason := unwritable(path):
            where = storage if option == "--benchmark-storage" else path
            raise pytest.UsageError(f"{option} {where}: cannot be written: {reason}; nothing was measured")


def _storage_folder(storage: str) -> Path:
    machine: str = get_machine_id()  # type: ignore[no-untyped-call]  # untyped in pytest-benchmark
    return Path(storage.removeprefix("file://")) / machine


def unwritable(path: Path) -> str:
    """Why a file could not be written, "" where it can; makes its folder, changes nothing that is there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("r+b"):
                pass
        if path.is_file() or not path.exists():
            with tempfile.TemporaryFile(dir=path.parent) as probe:
                probe.write(os.urandom(PROBE_BYTES))
                probe.flush()
                os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _given(config: pytest.Config) -> Path | None:
    """The path of --journal, relative to where pytest was started."""
    given = config.getoption("journal")
    return config.invocation_params.dir / given if given else None


def _fresh(folder: Path) -> Path:
    """A name that sorts by time and that no other run has."""
    stamp = time.strftime("%Y-%m-%dT%H%M%S")
    names = (f"{stamp}-{k:03}.jsonl" for k in itertools.count(1))
    return next(folder / name for name in names if not (folder / name).exists())


def _newest_unfinished(folder: Path) -> Path:
    """Raises ResultsError where no run was left unfinished."""
    paths = sorted(folder.glob("*.jsonl"), reverse=True)
    for path in paths:
        if not _is_stillborn(path.read_bytes()) and not load_journal(path).is_finished:
            return path
    what = (
        f"none of {len(paths)} journals in {folder} is of an unfinished run"
        if paths
        else f"no journal in {folder}"
    )
    raise ResultsError(f"nothing to resume, {what}")


def _is_stillborn(content: bytes) -> bool:
    """Whether a run was killed while it wrote the first line of its journal."""
    return b"\n" not in content and OPENING.startswith(content[: len(OPENING)])
