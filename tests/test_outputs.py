import errno
import fcntl
import json
import os
import re
import resource
from types import SimpleNamespace

import pytest

from guidelines.measure import campaign
from guidelines.plugin import outputs
from guidelines.results import journal
from guidelines.results.files import load_journal
from guidelines.results.journal import Header
from guidelines.results.model import Machine
from guidelines.results.schema import ResultsError

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

EXPERIMENT = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Sweep

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(4 * g, g) for g in (1, 2)))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure):
        measure()
"""
SWEEP = "G2 x1 cpu"
HEADER = Header(Machine(node="here"), {"seed": "0"}, {SWEEP: ("g1", "g2")})
PLAIN = '{"benchmarks": [{"name": "test_sort", "extra_info": {}, "stats": {"median": 1.0}}]}'
STEERING = "\x1b[2J\n"


@pytest.fixture
def begun(entry):
    """Writes a journal of one sweep to a path."""

    def begun(path, is_finished=False):
        path.parent.mkdir(exist_ok=True)
        log = journal.create(path, HEADER)
        log.add(SWEEP, [entry("g=1", 1.0), entry("g=8", 2.0)])
        if is_finished:
            log.finish()
        log.close()
        return path.read_bytes()

    return begun


@pytest.fixture
def measured(monkeypatch):
    """The sweeps that were measured; none is, for good."""
    found = []

    def measure(sweep, *_, **_named):
        found.append(sweep)
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign, "measure_sweep", measure)
    return found


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def refused(pytester, measured):
    """The one line of a run that measures nothing and leaves every file as it is."""
    pytester.makepyfile(test_small=EXPERIMENT)

    def refused(*options):
        before = files(pytester.path)
        result = pytester.runpytest(
            "-p", "guidelines.plugin", "-p", "no:cacheprovider", "--device=cpu", *options
        )
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        (line,) = filter(None, result.errlines)
        assert line.startswith("ERROR: ")
        assert line.isprintable()
        assert measured == []
        assert files(pytester.path) == before
        return line.removeprefix("ERROR: ")

    return refused


# --resume with nothing to go on with.
def test_resuming_without_a_journal_is_refused(refused, pytester):
    assert refused("--resume") == f"--resume: nothing to resume, no journal in {pytester.path}/.guidelines"
    pytester.mkdir(".guidelines")
    assert refused("--resume") == f"--resume: nothing to resume, no journal in {pytester.path}/.guidelines"


def test_resuming_a_journal_that_is_missing_is_refused(refused, pytester):
    path = pytester.path / "a.jsonl"
    assert refused("--resume", "--journal=a.jsonl") == (
        f"--resume: {path}: cannot be read: No such file or directory"
    )


def test_resuming_a_finished_run_is_refused(refused, pytester, begun):
    folder = pytester.path / ".guidelines"
    for name in ("a.jsonl", "b.jsonl"):
        begun(folder / name, is_finished=True)
    assert refused("--resume") == (
        f"--resume: nothing to resume, none of 2 journals in {folder} is of an unfinished run"
    )
    assert refused("--resume", f"--journal={folder / 'a.jsonl'}") == (
        f"--resume: nothing to resume, {folder / 'a.jsonl'} is of a finished run"
    )


def test_resuming_a_folder_is_refused(refused, pytester):
    path = pytester.mkdir("folder")
    assert refused("--resume", "--journal=folder") == f"--resume: {path}: cannot be read: Is a directory"


# --resume with what is no journal, or a broken one.
FOREIGN = {
    "another project's": '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n',
    "text": "Dear diary,\n",
    "pytest-benchmark's": PLAIN,
    "a list": "[]\n",
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("where", ["given", "found"])
def test_what_is_no_journal_is_refused_by_its_name(refused, pytester, kind, where):
    path = pytester.mkdir(".guidelines") / "a.jsonl"
    path.write_text(FOREIGN[kind])
    given = [f"--journal={path}"] if where == "given" else []
    assert refused("--resume", *given) == f"--resume: {path}: is no journal of this suite"


def test_an_empty_journal_is_refused(refused, pytester):
    path = pytester.path / "a.jsonl"
    path.touch()
    assert refused("--resume", "--journal=a.jsonl") == f"--resume: {path}: is empty"


HEADS = {
    "newer": ({"guidelines_journal": 2}, "is a journal of version 2; this version of guidelines reads 1"),
    "of no number": ({"guidelines_journal": STEERING}, "is a journal of version"),
    "without a machine": ({"guidelines_journal": 1}, "is a journal whose first line is broken: 'machine'"),
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_journal_with_a_first_line_that_is_none_is_refused(refused, pytester, kind):
    head, message = HEADS[kind]
    path = pytester.path / "a.jsonl"
    path.write_text(json.dumps(head) + "\n")
    assert f"--resume: {path}: {message}" in refused("--resume", "--journal=a.jsonl")


def test_a_journal_without_a_whole_line_is_refused(refused, pytester, begun):
    path = pytester.path / "a.jsonl"
    path.write_bytes(begun(path).partition(b"\n")[0])
    assert "is a journal without a whole line: nothing was measured" in refused(
        "--resume", "--journal=a.jsonl"
    )


LINES = {
    "broken": ('{"sweep": "G2 x1', "line 2 is broken: "),
    "of zeros": ("\0" * 9, "line 2 is broken: "),
    "foreign": ('{"step": 1}', "line 2 is none of a journal's"),
    "a number": ("7", "line 2 is none of a journal's"),
    "without a result": ('{"sweep": "G2", "measurement": 1, "of": 2}', "line 2: ?: "),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_journal_with_a_line_that_is_none_is_refused_by_its_number(refused, pytester, begun, kind):
    line, message = LINES[kind]
    path = pytester.path / "a.jsonl"
    first, *rest = begun(path).splitlines(keepends=True)
    path.write_bytes(b"".join([first, line.encode() + b"\n", *rest]))
    assert f"--resume: {path}: {message}" in refused("--resume", "--journal=a.jsonl")


def test_what_a_file_says_cannot_steer_the_terminal(refused, pytester, begun):
    path = pytester.path / "a.jsonl"
    head, first, *rest = begun(path).splitlines(keepends=True)
    line = json.loads(first)
    line["benchmark"]["extra_info"]["guidelines"]["paper"] = {STEERING: 1}
    path.write_bytes(b"".join([head, json.dumps(line).encode() + b"\n", *rest]))
    assert "unexpected keyword" in refused("--resume", "--journal=a.jsonl")


# Options that contradict each other.
@pytest.mark.parametrize("option", ["--benchmark-disable", "--benchmark-skip"])
def test_resuming_where_nothing_is_timed_is_refused(refused, pytester, begun, option):
    begun(pytester.path / ".guidelines" / "a.jsonl")
    assert refused("--resume", option) == (
        "--resume measures what is missing, but the other options time nothing"
    )


@pytest.mark.parametrize("other", ["run.json", "./run.json", "link.json"])
@pytest.mark.parametrize("exists", [False, True])
def test_a_journal_and_a_file_in_one_place_are_refused(refused, pytester, other, exists):
    if exists:
        (pytester.path / "run.json").write_text("kept")
    (pytester.path / "link.json").symlink_to("run.json")
    assert refused("--journal=run.json", f"--benchmark-json={other}").startswith(
        "--journal and --benchmark-json are the same file: "
    )


@pytest.mark.parametrize("content", ["", "kept"])
def test_a_journal_that_exists_is_not_written_without_resume(refused, pytester, content):
    path = pytester.path / "a.jsonl"
    path.write_text(content)
    assert refused("--journal=a.jsonl") == (
        f"--journal {path}: exists; give another path, or --resume to go on with it"
    )


# Outputs that cannot be written.
CANNOT = {
    "a folder as journal": (["--journal=folder"], "--journal", "Is a directory"),
    "a journal below a file": (["--journal=file/a.jsonl"], "--journal", "File exists"),
    "a folder as file": (["--benchmark-json=folder"], "--benchmark-json", "Is a directory"),
    "a file below a file": (["--benchmark-json=file/run.json"], "--benchmark-json", "File exists"),
    "a storage that is a file": (
        ["--benchmark-autosave", "--benchmark-storage=file://file"],
        "--benchmark-storage",
        "(File exists|Not a directory)",
    ),
}


@pytest.mark.parametrize("kind", CANNOT)
def test_an_output_that_cannot_be_written_is_refused_by_option_and_reason(refused, pytester, kind):
    options, option, why = CANNOT[kind]
    pytester.mkdir("folder")
    (pytester.path / "file").write_text("kept")
    line = refused(*options)
    assert re.fullmatch(f"{option} [^:]*(file:)?[^:]*: cannot be written: {why}; nothing was measured", line)


def test_a_folder_of_journals_that_cannot_be_made_is_refused(refused, pytester):
    (pytester.path / ".guidelines").write_text("kept")
    assert "/.guidelines/" in (line := refused())
    assert line.startswith("--journal ")
    assert line.endswith(": cannot be written: File exists; nothing was measured")


@pytest.fixture
def little_room():
    """No file may become as large as the probe."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (outputs.PROBE_BYTES // 2, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_place_without_room_for_the_results_is_refused(refused, little_room):
    line = refused("--benchmark-json=run.json", "--journal=a.jsonl")
    assert line.startswith("--journal ")
    assert line.endswith("/a.jsonl: cannot be written: File too large; nothing was measured")


def test_a_place_that_is_found_to_be_full_when_it_has_to_keep_what_it_took_is_refused(refused, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    line = refused("--journal=a.jsonl")
    assert line.endswith("/a.jsonl: cannot be written: No space left on device; nothing was measured")


def test_an_output_that_can_be_written_is_left_as_it_is(tmp_path):
    there, missing = tmp_path / "run.json", tmp_path / "new" / "run.json"
    there.write_text("kept")
    os.utime(there, (1, 1))
    assert [outputs.unwritable(path) for path in (there, missing)] == ["", ""]
    assert (there.read_text(), there.stat().st_mtime) == ("kept", 1)
    assert list(missing.parent.iterdir()) == []


# Names of journals.
OPTIONS = {"journal": None, "benchmark_json": None, "benchmark_save": None, "benchmark_autosave": False}


@pytest.fixture
def config(tmp_path):
    """The options of a run that gives none, in a folder."""
    options = OPTIONS | {"benchmark_storage": "file://./.benchmarks"}
    return SimpleNamespace(rootpath=tmp_path, getoption=options.get)


@pytest.fixture
def one_second(monkeypatch):
    monkeypatch.setattr(outputs.time, "strftime", lambda _: "2026-01-01T000000")


@pytest.mark.usefixtures("one_second")
def test_runs_that_begin_in_one_second_have_journals_of_their_own(config):
    logs = [outputs.begin(config, HEADER, None) for _ in range(12)]
    assert len({log.path for log in logs}) == 12
    for log in logs:
        log.close()
        assert load_journal(log.path).header == HEADER


@pytest.mark.usefixtures("one_second")
def test_the_newest_journal_is_the_last_even_within_one_second(config):
    for _ in range(12):
        last = outputs.begin(config, HEADER, None)
        last.close()
    assert outputs._newest_unfinished(config.rootpath / ".guidelines") == last.path


@pytest.mark.usefixtures("one_second")
def test_runs_that_begin_at_the_same_moment_have_journals_of_their_own(config, monkeypatch):
    others = []

    def unwritable(path):
        if not others:  # the other run comes first while this one looks at its outputs
            others.append(journal.create(path, HEADER))
        return ""

    (config.rootpath / ".guidelines").mkdir()
    monkeypatch.setattr(outputs, "unwritable", unwritable)
    log = outputs.begin(config, HEADER, None)
    assert log.path != others[0].path
    for each in (log, *others):
        each.close()
        assert load_journal(each.path).header == HEADER


def test_the_newest_unfinished_journal_is_found_behind_finished_ones(tmp_path, begun):
    for name, is_finished in (("1", False), ("2", False), ("3", True)):
        begun(tmp_path / f"2026-01-01T00000{name}.jsonl", is_finished)
    assert outputs._newest_unfinished(tmp_path).name == "2026-01-01T000002.jsonl"


def test_a_journal_that_another_run_is_writing_is_refused(config, begun):
    path = config.rootpath / "a.jsonl"
    before = begun(path)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(pytest.UsageError, match=f"^--journal {path}: another run is writing it$"):
            outputs.begin(config, HEADER, (path, load_journal(path)))
    assert path.read_bytes() == before


def test_a_journal_that_was_killed_before_its_first_line_hides_none(tmp_path):
    (tmp_path / "9999-01-01T000000-001.jsonl").write_bytes(b"")
    with pytest.raises(ResultsError, match="none of 1 journals"):
        outputs._newest_unfinished(tmp_path)
