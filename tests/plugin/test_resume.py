import json
from dataclasses import replace

import pytest
from inner_experiments import SMALL, X1, X2
from inner_runs import named, progress, resealed, strict

from guidelines.cli.main import main
from guidelines.measure import campaign, task
from guidelines.measure.case import Case
from guidelines.measure.dropped import Dropped, explained
from guidelines.measure.here import measure_here
from guidelines.measure.recording import CONTROL, Limits, Recording
from guidelines.results import journal
from guidelines.results.files import load, load_journal
from guidelines.results.journal_contents import Header
from guidelines.results.model import CONTROL_NAME, Machine
from guidelines.spec.condition import Condition

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

NAMES = ["x1 g=1", "x1 g=2", "x1 g=4", "x2 g=1", "x2 g=2", "x2 g=4"]


def shown(capsys, path):
    """The report of a file, without its name."""
    capsys.readouterr()
    assert main(["report", str(path)]) == 0
    return capsys.readouterr().out.replace(path.name, "run")


# Only what is missing is measured.
CUTS = {
    "the end": (lambda lines: lines[:7], [], 2),
    "the last sweep": (lambda lines: lines[:4], [X2], 1),
    "most of the last sweep": (lambda lines: lines[:5], [X2], 1),
    "half of a line": (lambda lines: [*lines[:5], lines[5][: len(lines[5]) // 2]], [X2], 1),
    "the end of the first line of a sweep": (lambda lines: [*lines[:4], lines[4][:-1]], [X2], 1),
    "a line of the first sweep": (lambda lines: [*lines[:2], *lines[3:7]], [X1, X2], 0),
    "everything": (lambda lines: lines[:1], [X1, X2], 0),
}


@pytest.mark.parametrize("lost", CUTS)
def test_only_the_sweeps_that_are_missing_are_measured(whole, resume, at, capsys, lost):
    cut, missing, there = CUTS[lost]
    lines = cut(whole)
    result = resume(lines)
    result.assert_outcomes(passed=6)
    assert progress(result) == missing
    result.stdout.fnmatch_lines([f"resumed {at('run.jsonl')}: {there} of 2 sweeps are there"])
    is_torn = not lines[-1].endswith(b"\n")
    assert ("its last line is torn and was ignored" in result.stdout.str()) is is_torn
    before, after = strict(at("whole.json")), strict(at("run.json"))
    assert after.keys() == before.keys()
    assert (after["machine_info"], after["guidelines"]) == (before["machine_info"], before["guidelines"])
    assert [b["fullname"] for b in after["benchmarks"]] == [b["fullname"] for b in before["benchmarks"]]
    for old, new in zip(before["benchmarks"], after["benchmarks"], strict=True):
        assert (old == new) is (old["group"] not in missing)
    contents = load_journal(at("run.jsonl"))
    assert (contents.is_finished, contents.is_torn, list(contents.header.sweeps)) == (True, False, [X1, X2])
    assert shown(capsys, at("run.jsonl")) == shown(capsys, at("run.json"))


BROKEN = {
    "no JSON": (b'{"sweep": "G2 x1', "its checksum does not match"),
    "zeros": (b"\0" * 4096, "its checksum does not match"),
    "empty": (b"", "its checksum does not match"),
    "there twice": (None, "its checksum does not match"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_journal_with_a_broken_line_is_gone_on_with_up_to_it(whole, resume, at, kind):
    line, why = BROKEN[kind]
    bad = whole[3] if line is None else line + b"\n"
    result = resume([*whole[:4], bad, *whole[4:]])
    result.assert_outcomes(passed=6)
    assert progress(result) == [X2]
    left_out = f"line 5 is broken: {why}; it was left out, and so were the 4 lines after it"
    assert (
        f"{at('run.jsonl')}: {left_out}, and is cut off now (the whole is kept in run.jsonl.damaged)"
        in result.outlines
    )
    contents = load_journal(at("run.jsonl"))
    assert (contents.is_finished, contents.damage) == (True, ())
    assert at("run.jsonl").read_bytes().startswith(b"".join(whole[:4]) + b'{"resumed"')
    assert named(load(at("run.json"), 10**7)) == NAMES


def test_what_a_journal_says_cannot_steer_the_terminal(whole, resume):
    contents = [json.loads(line) for line in whole[:4]]
    contents[3]["benchmark"]["extra_info"]["guidelines"]["paper"] = {"\x1b[2J\n": 1}
    output = resume(resealed(contents)).stdout.str()
    assert "line 4 is broken: " in output
    assert "unexpected keyword" in output
    assert "\x1b[2J" not in output


def test_a_run_that_was_cut_twice_is_resumed_twice(whole, resume, suite, at):
    resume(whole[:4], "-x", experiment=SMALL + "        assert 'x2' not in request.node.name\n")
    contents = load_journal(at("run.jsonl"))
    assert (contents.is_finished, list(contents.measurements)) == (False, [X1, X2])
    result = suite("--journal=run.jsonl", "--benchmark-json=run.json", "--resume")
    result.assert_outcomes(passed=6)
    assert progress(result) == []
    assert named(load(at("run.json"), 10**7)) == NAMES
    assert load_journal(at("run.jsonl")).is_finished


def test_the_newest_unfinished_journal_is_resumed(whole, suite, pytester, at):
    folder = pytester.mkdir(".guidelines")
    for second, lines in ((1, whole[:1]), (2, whole[:4]), (3, whole)):
        (folder / f"2026-01-01T00000{second}.jsonl").write_bytes(b"".join(lines))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = suite("--resume")
    assert progress(result) == [X2]
    changed = [path.name for path in sorted(folder.iterdir()) if path.read_bytes() != before[path]]
    assert changed == ["2026-01-01T000002.jsonl"]


def test_a_run_begins_a_journal_of_its_own_beside_an_unfinished_one(whole, suite, pytester):
    path = pytester.mkdir(".guidelines") / "2026-01-01T000000.jsonl"
    path.write_bytes(b"".join(whole[:4]))
    result = suite()
    assert progress(result) == [X1, X2]
    (new,) = set(path.parent.iterdir()) - {path}
    assert (load_journal(new).is_finished, path.read_bytes()) == (True, b"".join(whole[:4]))


def test_a_run_that_cannot_be_collected_begins_no_journal_that_hides_an_unfinished_one(
    whole, suite, pytester
):
    path = pytester.mkdir(".guidelines") / "2026-01-01T000000.jsonl"
    path.write_bytes(b"".join(whole[:4]))
    pytester.makepyfile(test_broken="import nothing_of_this_name")
    assert suite().ret == pytest.ExitCode.INTERRUPTED
    assert list(path.parent.iterdir()) == [path]


def test_what_is_missing_may_change(whole, resume, at):
    resume(whole[:4], experiment=SMALL.replace("(8 * g, g)", "(12 * g, g)")).assert_outcomes(passed=6)
    run = load(at("run.json"), 10**7)
    assert [entry.identity.widths for entry in run.entries[3:]] == [
        (12,),
        (24,),
        (48,),
    ]


def test_a_sweep_of_more_variants_than_before_is_measured_again(whole, resume):
    result = resume(whole[:4], experiment=SMALL.replace("(1, 2, 4)", "(1, 2, 4, 8)", 1))
    result.assert_outcomes(passed=7)
    assert progress(result) == [X1, X2]


@pytest.mark.parametrize("selection", ["x1", "x1 and 4groups"])
def test_a_selection_neither_ends_the_run_nor_takes_from_it(whole, resume, at, selection):
    resume(whole[:4], "-k", selection)
    contents = load_journal(at("run.jsonl"))
    assert [result.place.variant for result in contents.measurements[X1][1]] == ["g=1", "g=2", "g=4"]
    missing = {
        sweep: planned
        for sweep, planned in contents.header.sweeps.items()
        if len(contents.measurements.get(sweep, {}).get(1, ())) < len(planned)
    }
    assert (missing.keys(), contents.is_finished) == ({X2}, False)


# Failures are results.
@pytest.fixture
def failing(monkeypatch):
    """Two variants and the control of x1 fail or are skipped; gives the sweeps that were measured."""
    measured, original = [], task.measure_sweep

    def measure(sweep, *rest, **named):
        measured.append(sweep.name)
        recording = original(sweep, *rest, **named)
        why = {
            "2groups": Dropped("RuntimeError: no kernel"),
            "4groups": Dropped("skipped: no such type", is_skip=True),
            CONTROL: Dropped("MemoryError"),
        }
        dropped = why if sweep.name == "x1" else {}
        series = {id: s for id, s in recording.seconds_per_call.items() if id not in dropped}
        return replace(recording, seconds_per_call=series, dropped=dropped)

    monkeypatch.setattr(task, "measure_sweep", measure)
    return measured


def test_what_failed_is_not_run_again_and_stands_in_the_file(suite, resume, failing, at, capsys):
    outcomes = {"passed": 4, "failed": 1, "skipped": 1}
    suite("--journal=whole.jsonl", "--benchmark-json=whole.json").assert_outcomes(**outcomes)
    lines = at("whole.jsonl").read_bytes().splitlines(keepends=True)
    assert [json.loads(line).get("sweep") for line in lines[1:]] == [X1] * 4 + [X2] * 3 + [None]
    failing.clear()
    result = resume(lines[:5])
    result.assert_outcomes(**outcomes)
    assert failing == ["x2"]
    result.stdout.fnmatch_lines(["g=2: RuntimeError: no kernel"])
    before, after = strict(at("whole.json")), strict(at("run.json"))
    reasons = {f["variant"]: (f["reason"], f["is_skip"]) for f in after["guidelines"]["failed"]}
    assert reasons == {
        CONTROL_NAME: ("MemoryError", False),
        "g=2": ("RuntimeError: no kernel", False),
        "g=4": ("skipped: no such type", True),
    }
    by_name = [sorted(f["guidelines"]["failed"], key=lambda f: f["variant"]) for f in (before, after)]
    assert by_name[0] == by_name[1]
    assert named(load(at("run.json"), 10**7)) == ["x1 g=1", "x2 g=1", "x2 g=2", "x2 g=4"]
    assert shown(capsys, at("run.jsonl")) == shown(capsys, at("run.json"))


def test_a_control_that_failed_counts_once_however_often_the_run_is_cut(suite, resume, failing, at):
    suite("--journal=whole.jsonl")
    lines = at("whole.jsonl").read_bytes().splitlines(keepends=True)
    for _ in range(2):
        resume(lines[:-1])
        lines = at("run.jsonl").read_bytes().splitlines(keepends=True)
    failed = [failure.place.variant for failure in load(at("run.json"), 10**7).failures]
    assert sorted(failed) == [CONTROL_NAME, "g=2", "g=4"]
    assert failing == ["x1", "x2"]


def test_a_test_that_failed_after_it_was_timed_is_run_again_on_what_was_measured(suite, resume, at):
    experiment = SMALL + "        assert 'x2-1group' not in request.node.name\n"
    suite("--journal=whole.jsonl", experiment=experiment).assert_outcomes(passed=5, failed=1)
    lines = at("whole.jsonl").read_bytes().splitlines(keepends=True)
    assert "withdrawn" in json.loads(lines[-2])
    result = resume(lines[:-1])
    result.assert_outcomes(passed=6)
    assert progress(result) == []
    for name in ("run.json", "run.jsonl"):
        run = load(at(name), 10**7)
        assert (named(run), run.failures) == (NAMES, ())


# Lines about the journal at the end of the run.
def test_a_finished_run_names_its_journal(suite, at):
    result = suite("--journal=run.jsonl")
    assert f"journal: {at('run.jsonl')}" in result.outlines


@pytest.mark.parametrize("last", ["x1-2groups", "x2-1group"])
def test_a_run_that_stops_early_says_how_to_resume_it(suite, at, last):
    experiment = SMALL + f"        assert '{last}' not in request.node.name\n"
    result = suite("--journal=run.jsonl", "-x", experiment=experiment)
    assert not load_journal(at("run.jsonl")).is_finished
    assert f"journal: {at('run.jsonl')}; --resume goes on with it" in result.outlines


def test_a_run_whose_sweep_was_skipped_is_finished_and_says_so(suite, at):
    marked = SMALL.replace(
        "        measure()", "        'x2' in request.node.name and pytest.skip('not today')"
    )
    marked += "        measure()\n"
    result = suite("--journal=run.jsonl", experiment=marked)
    result.assert_outcomes(passed=3, skipped=3)
    contents = load_journal(at("run.jsonl"))
    assert contents.is_finished
    assert contents.skipped == [
        f"test_small.py::test_g2[cpu-2px-x2-{g}]: Skipped: not today"
        for g in ("1group", "2groups", "4groups")
    ]
    assert f"journal: {at('run.jsonl')}" in result.outlines


# Texts in a journal have no unprintable characters.
@pytest.mark.parametrize(
    "changes", [{"claim": "a\u00a0claim"}, {"name": "x1\u2009"}, {"guideline": "G\u200b2"}]
)
def test_a_sweep_with_an_unprintable_text_is_recognised(tmp_path, sweep, monkeypatch, changes):
    series = dict.fromkeys(("g1", "g2", "g8", CONTROL), (0.01,) * 12)
    recording = Recording(series, dict.fromkeys(series, 1), {}, "time")
    monkeypatch.setattr(task, "measure_sweep", lambda *_, **__: recording)
    condition, odd = Condition("cpu", "a processor"), replace(sweep, **changes)
    cases = [Case(condition, odd, variant) for variant in odd.variants]
    log = journal.create(tmp_path / "a.jsonl", Header(Machine(), {}, {}))
    runs = [campaign.Campaign((condition,), Limits(max_time_s=0.01), seed=0, journal=log) for _ in range(2)]
    for run in runs:
        run.choose(cases)
    list(runs[0].measure_one(cases[0], measure_here(explained)))
    log.close()
    runs[1].restore(load_journal(log.path).measurements)
    assert runs[1].finished_sweeps == 1
