"""The outputs of a run; all must be writable before the first sample, or a long run would be lost."""

import errno
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.utils import get_machine_id

from guidelines.plugin.journals import next_order
from guidelines.results import journal
from guidelines.results.journal import Journal
from guidelines.results.journal_contents import Contents, Header

FOLDER = ".guidelines"
# More than the results of a run of all four guidelines.
PROBE_BYTES = 4 * 2**20
# JSON may begin with a few blanks.
MOST_BLANKS = 100


def is_measuring(config: pytest.Config) -> bool:
    """True if tests will be timed: xdist and some options make pytest-benchmark time nothing."""
    disabled = config.getoption("benchmark_disable") and not config.getoption("benchmark_enable")
    skipped = config.getoption("benchmark_skip") and not config.getoption("benchmark_only")
    distributed = "PYTEST_XDIST_WORKER" in os.environ or config.getoption("dist", "no") != "no"
    not_run = config.getoption("collectonly") or config.getoption("setuponly", False)
    return not (disabled or skipped or distributed or not_run)


def given_journal(config: pytest.Config) -> Path | None:
    """The path of --journal, relative to the folder that pytest was started in; None without that option."""
    given = config.getoption("journal")
    return config.invocation_params.dir / given if given else None


def journal_folder(config: pytest.Config) -> Path:
    """The folder of journals: of the project whose settings pytest reads, else of the folder it runs in."""
    return (config.rootpath if config.inipath else config.invocation_params.dir) / FOLDER


def begin(
    config: pytest.Config,
    header: Header,
    resumed: tuple[Path, Contents] | None,
    anew: Sequence[str] = (),
) -> Journal:
    """Open the journal of this run: new, or resumed, with the sweeps that are measured `anew`.

    Raises UsageError if an output cannot be written.
    """
    resumed_path = resumed[0] if resumed else None
    path = resumed_path or given_journal(config) or _fresh(journal_folder(config))
    _check_outputs(config, path)
    try:
        if resumed:
            return journal.reopen(*resumed, anew)
        return journal.create(path, replace(header, order=next_order(path.parent)))
    except FileExistsError as error:
        if not given_journal(config):  # another run began at this moment
            return begin(config, header, None)
        raise pytest.UsageError(
            f"--journal {path}: exists; give another path, or --resume to continue it"
        ) from error
    except BlockingIOError as error:
        raise pytest.UsageError(f"--journal {path}: another run is writing it") from error
    except OSError as error:
        raise pytest.UsageError(f"--journal {path}: cannot be written: {error.strerror}") from error


def _fresh(folder: Path) -> Path:
    """A path that does not exist, named after the local time."""
    stamp = time.strftime("%Y-%m-%dT%H%M%S")
    number = 1
    while (path := folder / f"{stamp}-{number:03}.jsonl").exists():
        number += 1
    return path


def _check_outputs(config: pytest.Config, journal_path: Path) -> None:
    """Raises UsageError for an output that cannot be written, and for two outputs in one file."""
    json_path = config.getoption("benchmark_json")
    if json_path and os.path.realpath(json_path) == os.path.realpath(journal_path):
        raise pytest.UsageError(f"--journal and --benchmark-json are the same file: {json_path}")
    storage = config.getoption("benchmark_storage")
    saves = config.getoption("benchmark_save") or config.getoption("benchmark_autosave")
    _check_writable("--journal", str(journal_path), journal_path)
    if json_path:
        _check_writable("--benchmark-json", json_path, Path(json_path))
        if _holds_something_else(Path(json_path)):
            raise pytest.UsageError(
                f"--benchmark-json {json_path}: holds something other than JSON, which would be lost; give "
                "another path; nothing was measured"
            )
    if saves and not storage.startswith("elasticsearch+"):
        _check_writable("--benchmark-storage", storage, _storage_folder(storage) / "x.json")


def _check_writable(option: str, given: str, path: Path) -> None:
    """Raises UsageError, naming what the option was given, if a path cannot be written."""
    if reason := unwritable(path):
        raise pytest.UsageError(f"{option} {given}: cannot be written: {reason}; nothing was measured")


def _holds_something_else(path: Path) -> bool:
    """True for a file that is not JSON by its name, nor by its first character, such as a test."""
    path = Path(os.path.realpath(path))
    if path.suffix == ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        beginning = file.read(MOST_BLANKS).lstrip()
    return bool(beginning) and not beginning.startswith(b"{")


def _storage_folder(storage: str) -> Path:
    machine: str = get_machine_id()  # type: ignore[no-untyped-call]  # untyped in pytest-benchmark
    return Path(storage.removeprefix("file://")) / machine


def unwritable(path: Path) -> str:
    """Reason why a file cannot be written, or ""; makes its folder, and changes nothing that exists."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe or a device
            return "" if os.access(path, os.W_OK) else os.strerror(errno.EACCES)
        if path.exists():
            with path.open("r+b"):
                pass
        if path.is_file() or not path.exists():
            with tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent) as probe:
                probe.write(os.urandom(PROBE_BYTES))
                probe.flush()
                os.fsync(probe.fileno())
    except OSError as error:
        return _in_the_way(path) or error.strerror or str(error)
    return ""


def _in_the_way(path: Path) -> str:
    """The reason why a path's folder cannot be made, if that is a file where a folder has to be."""
    for parent in path.parents:
        if parent.is_file():
            return f"{parent} is a file, not a folder"
    return ""
