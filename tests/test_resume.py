import fcntl
import json
import re
from dataclasses import replace

import pytest
import pytest_benchmark.plugin

from guidelines.cli.main import main
from guidelines.measure import campaign
from guidelines.measure.case import Case
from guidelines.measure.device import checks
from guidelines.measure.recording import CONTROL, Dropped, Limits, Recording
from guidelines.networks import blocks
from guidelines.results import journal
from guidelines.results.files import load, load_journal
from guidelines.results.journal import Header
from guidelines.results.model import CONTROL_NAME, Machine
from guidelines.spec.condition import Condition

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

# x1 has three variants, x2 two; what stands after the measurement is put in by the test.
EXPERIMENT = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Sweep

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(4 * g, g) for g in (1, 2, 4)))
        yield Sweep("G2", "a claim", "x2", tuple(blocks.group_convolution(8 * g, g) for g in (1, 2)))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure, request):
        measure()
"""
X1, X2 = "G2 x1 cpu-2px", "G2 x2 cpu-2px"
NAMES = ["x1 g=1", "x1 g=2", "x1 g=4", "x2 g=1", "x2 g=2"]


@pytest.fixture(scope="module", autouse=True)
def imported():
    # What torch imports when it is first used: else each run inside this one does it anew, for a second.
    checks.check_work(blocks.group_convolution(4, 1), Condition("cpu", ""))


@pytest.fixture
def suite(pytester, monkeypatch):
    """A project of two small sweeps; garbage is left, collecting it takes longer than such a run."""
    monkeypatch.setattr("gc.collect", lambda *generation: 0)
    monkeypatch.setattr(pytest_benchmark.plugin, "get_cpu_info", lambda: {"brand_raw": "a processor"})

    def run(*arguments, experiment=EXPERIMENT, **named):
        pytester.makepyfile(test_small=experiment)
        options = ("--device=cpu", "--benchmark-max-time=0", "--benchmark-min-rounds=12", "--image-size=2")
        plugins = ("-p", "guidelines.plugin", "-p", "no:cacheprovider")
        return pytester.runpytest(*plugins, *options, *arguments, **named)

    return run


@pytest.fixture(scope="module")
def uninterrupted():
    return {}


@pytest.fixture
def whole(suite, pytester, uninterrupted):
    """The lines of the journal and the file of one uninterrupted run, the same for every test."""
    if not uninterrupted:
        suite("--journal=whole.jsonl", "--benchmark-json=whole.json").assert_outcomes(passed=5)
        for name in ("whole.jsonl", "whole.json"):
            uninterrupted[name] = (pytester.path / name).read_bytes()
    (pytester.path / "whole.json").write_bytes(uninterrupted["whole.json"])
    return uninterrupted["whole.jsonl"].splitlines(keepends=True)


@pytest.fixture
def resume(suite, pytester):
    """Goes on with the lines of a journal."""

    def resume(lines, *arguments, **named):
        (pytester.path / "run.jsonl").write_bytes(b"".join(lines))
        return suite("--journal=run.jsonl", "--benchmark-json=run.json", "--resume", *arguments, **named)

    return resume


@pytest.fixture
def at(pytester):
    return pytester.path.joinpath


def progress(result):
    """The sweeps that were measured, as the terminal shows them."""
    return re.findall(r"^  (G.*): up to ", result.stdout.str(), re.MULTILINE)


def named(run):
    return [f"{entry.place.sweep} {entry.place.variant}" for entry in run.entries]


def read(path):
    return json.loads(path.read_text(), parse_constant=pytest.fail)


def refusal(result):
    """The one line of a run that measured nothing."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert progress(result) == []
    (line,) = filter(None, result.errlines)
    assert line.startswith("ERROR: ")
    return line


def shown(capsys, path):
    """The report of a file, without its name."""
    capsys.readouterr()
    assert main(["report", str(path)]) == 0
    return capsys.readouterr().out.replace(path.name, "run")


# Only what is missing is measured.
CUTS = {
    "the end": (lambda lines: lines[:6], [], 2),
    "the last sweep": (lambda lines: lines[:4], [X2], 1),
    "half of the last sweep": (lambda lines: lines[:5], [X2], 1),
    "half of a line": (lambda lines: [*lines[:5], lines[5][: len(lines[5]) // 2]], [X2], 1),
    "the end of the first line of a sweep": (lambda lines: [*lines[:4], lines[4][:-1]], [X2], 1),
    "a line of the first sweep": (lambda lines: [*lines[:2], *lines[3:6]], [X1], 1),
    "everything": (lambda lines: lines[:1], [X1, X2], 0),
}


@pytest.mark.parametrize("lost", CUTS)
def test_only_the_sweeps_that_are_missing_are_measured(whole, resume, at, capsys, lost):
    cut, missing, there = CUTS[lost]
    lines = cut(whole)
    result = resume(lines)
    result.assert_outcomes(passed=5)
    assert progress(result) == missing
    result.stdout.fnmatch_lines([f"resumed {at('run.jsonl')}: {there} of 2 sweeps are there"])
    is_torn = not lines[-1].endswith(b"\n")
    assert ("its last line is torn and was ignored" in result.stdout.str()) is is_torn
    before, after = read(at("whole.json")), read(at("run.json"))
    assert after.keys() == before.keys()
    assert (after["machine_info"], after["guidelines"]) == (before["machine_info"], before["guidelines"])
    assert [b["fullname"] for b in after["benchmarks"]] == [b["fullname"] for b in before["benchmarks"]]
    for old, new in zip(before["benchmarks"], after["benchmarks"], strict=True):
        assert (old == new) is (old["group"] not in missing)
    contents = load_journal(at("run.jsonl"))
    assert (contents.is_finished, contents.is_torn, list(contents.header.sweeps)) == (True, False, [X1, X2])
    assert shown(capsys, at("run.jsonl")) == shown(capsys, at("run.json"))


def test_a_run_that_was_cut_twice_is_gone_on_with_twice(whole, resume, suite, at):
    resume(whole[:4], "-x", experiment=EXPERIMENT + "        assert 'x2' not in request.node.name\n")
    contents = load_journal(at("run.jsonl"))
    assert (contents.is_finished, list(contents.measurements)) == (False, [X1, X2])
    result = suite("--journal=run.jsonl", "--benchmark-json=run.json", "--resume")
    result.assert_outcomes(passed=5)
    assert progress(result) == []
    assert named(load(at("run.json"), 10**7)) == NAMES
    assert load_journal(at("run.jsonl")).is_finished


def test_the_newest_unfinished_journal_is_gone_on_with(whole, suite, pytester, at):
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


# What is not as it was is refused by its name.
OPTIONS = {
    "--seed=5": "seed 0 | 5",
    "--dtype=bfloat16": "conditions cpu-2px (*) | cpu-bfloat16-2px (*)",
    "--batch-size=1,2": "conditions cpu-2px (*) | cpu-2px (*), cpu-b2-2px (*)",
    "--image-size=4": "conditions cpu-2px (*) | cpu-4px (*)",
    "--channels=exact": "conditions cpu-2px (*) | cpu-2px-exact (*)",
    "--benchmark-max-time=0.5": "max time s 0.0 | 0.5; warmup s 0.0 | 0.025",
    "--benchmark-min-rounds=13": "min rounds 12 | 13",
    "--benchmark-min-time=0.001": "min sample s 5e-06 | 0.001",
    "--benchmark-confidence=0.9": "confidence 0.99 | 0.9",
    "--benchmark-precision=0.1": "precision None | 0.1",
}
MACHINE = {
    "torch": "torch 1.0+cu99 | *",
    "node": "node 1.0+cu99 | *",
    "cpu_model": "CPU 1.0+cu99 | *",
    "cuda": "CUDA 1.0+cu99 | *",
    "onednn": "oneDNN 1.0+cu99 | *",
    "python": "python 1.0+cu99 | *",
}


@pytest.fixture
def otherwise(resume, pytester, at):
    """How a run is refused that is not as the one before; its journal and its file stay as they are."""

    def otherwise(lines, *arguments):
        at("run.json").write_text("kept")
        line = refusal(resume(lines, *arguments))
        assert (at("run.json").read_text(), at("run.jsonl").read_bytes()) == ("kept", b"".join(lines))
        return line

    return otherwise


def matches(line, pattern):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), line)


@pytest.mark.parametrize("option", OPTIONS)
def test_other_options_are_refused_with_the_difference(whole, otherwise, at, option):
    line = otherwise(whole[:4], option)
    assert matches(
        line,
        f"ERROR: --resume: {at('run.jsonl')} was begun otherwise, then | now: {OPTIONS[option]}; a run "
        "without --resume begins a journal of its own",
    )


@pytest.mark.parametrize("name", MACHINE)
def test_another_machine_or_build_is_refused_with_the_difference(whole, otherwise, at, name):
    header = json.loads(whole[0])
    header["machine"][name] = "1.0+cu99"
    line = otherwise([json.dumps(header).encode() + b"\n", *whole[1:4]])
    assert matches(line, f"ERROR: --resume: * was begun otherwise, then | now: {MACHINE[name]}; a run *")


def test_options_that_change_no_figure_are_not_compared(whole, resume):
    result = resume(whole[:6], "--retry-disturbed=3", "--benchmark-columns=median", "-v")
    result.assert_outcomes(passed=5)
    assert progress(result) == []


@pytest.mark.parametrize("change", [("(4 * g, g)", "(12 * g, g)"), ('"a claim"', '"another claim"')])
def test_another_network_or_claim_is_refused_by_its_sweep(whole, resume, at, change):
    line = refusal(resume(whole[:4], experiment=EXPERIMENT.replace(*change)))
    assert line == "ERROR: G2 x1 cpu-2px g=1 is another network now than in the journal"
    assert at("run.jsonl").read_bytes() == b"".join(whole[:4])


def test_a_change_of_what_is_missing_is_none(whole, resume, at):
    resume(whole[:4], experiment=EXPERIMENT.replace("(8 * g, g)", "(12 * g, g)")).assert_outcomes(passed=5)
    assert [entry.identity.widths for entry in load(at("run.json"), 10**7).entries[3:]] == [(12,), (24,)]


def test_a_sweep_of_more_variants_than_before_is_measured_again(whole, resume):
    result = resume(whole[:4], experiment=EXPERIMENT.replace("(1, 2, 4)", "(1, 2, 4, 8)"))
    result.assert_outcomes(passed=6)
    assert progress(result) == [X1, X2]


def test_a_journal_that_another_run_is_writing_is_left_alone(whole, resume, at):
    at("run.jsonl").write_bytes(b"".join(whole[:4]))
    with at("run.jsonl").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        line = refusal(resume(whole[:4]))
    assert line == f"ERROR: --journal {at('run.jsonl')}: another run is writing it"
    assert at("run.jsonl").read_bytes() == b"".join(whole[:4])


@pytest.mark.parametrize("selection", ["x1", "x1 and g4"])
def test_a_selection_neither_ends_the_run_nor_takes_from_it(whole, resume, at, selection):
    resume(whole[:4], "-k", selection)
    contents = load_journal(at("run.jsonl"))
    assert [result.place.variant for result in contents.measurements[X1]] == ["g=1", "g=2", "g=4"]
    missing = {
        sweep: planned
        for sweep, planned in contents.header.sweeps.items()
        if len(contents.measurements.get(sweep, ())) < len(planned)
    }
    assert (missing.keys(), contents.is_finished) == ({X2}, False)


# Failures are results.
@pytest.fixture
def failing(monkeypatch):
    """A variant and the control of x1 fail, or are skipped; says which sweeps were measured."""
    measured, original = [], campaign.measure_sweep

    def measure(sweep, *rest, **named):
        measured.append(sweep.name)
        recording = original(sweep, *rest, **named)
        why = {
            "g2": Dropped("RuntimeError: no kernel"),
            "g4": Dropped("skipped: no such type", is_skip=True),
            CONTROL: Dropped("MemoryError"),
        }
        dropped = why if sweep.name == "x1" else {}
        series = {id: s for id, s in recording.seconds_per_call.items() if id not in dropped}
        return replace(recording, seconds_per_call=series, dropped=dropped)

    monkeypatch.setattr(campaign, "measure_sweep", measure)
    return measured


def test_what_failed_is_not_run_again_and_stands_in_the_file(suite, resume, failing, at, capsys):
    outcomes = {"passed": 3, "failed": 1, "skipped": 1}
    suite("--journal=whole.jsonl", "--benchmark-json=whole.json").assert_outcomes(**outcomes)
    lines = at("whole.jsonl").read_bytes().splitlines(keepends=True)
    assert [json.loads(line).get("sweep") for line in lines[1:]] == [X1] * 4 + [X2] * 2 + [None]
    failing.clear()
    result = resume(lines[:5])
    result.assert_outcomes(**outcomes)
    assert failing == ["x2"]
    result.stdout.fnmatch_lines(["g=2: RuntimeError: no kernel"])
    before, after = read(at("whole.json")), read(at("run.json"))
    reasons = {f["variant"]: (f["reason"], f["is_skip"]) for f in after["guidelines"]["failed"]}
    assert reasons == {
        CONTROL_NAME: ("MemoryError", False),
        "g=2": ("RuntimeError: no kernel", False),
        "g=4": ("skipped: no such type", True),
    }
    by_name = [sorted(f["guidelines"]["failed"], key=lambda f: f["variant"]) for f in (before, after)]
    assert by_name[0] == by_name[1]
    assert named(load(at("run.json"), 10**7)) == ["x1 g=1", "x2 g=1", "x2 g=2"]
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
    experiment = EXPERIMENT + "        assert 'x2-g1' not in request.node.name\n"
    suite("--journal=whole.jsonl", experiment=experiment).assert_outcomes(passed=4, failed=1)
    lines = at("whole.jsonl").read_bytes().splitlines(keepends=True)
    assert "withdrawn" in json.loads(lines[-2])
    result = resume(lines[:-1])
    result.assert_outcomes(passed=5)
    assert progress(result) == []
    for name in ("run.json", "run.jsonl"):
        run = load(at(name), 10**7)
        assert (named(run), run.failures) == (NAMES, ())


# What the terminal says at the end.
def test_a_finished_run_names_its_journal(suite, at):
    result = suite("--journal=run.jsonl")
    assert f"journal: {at('run.jsonl')}" in result.outlines


@pytest.mark.parametrize("last", ["x1-g2", "x2-g1"])
def test_a_run_that_stops_early_says_how_it_is_gone_on_with(suite, at, last):
    experiment = EXPERIMENT + f"        assert '{last}' not in request.node.name\n"
    result = suite("--journal=run.jsonl", "-x", experiment=experiment)
    assert not load_journal(at("run.jsonl")).is_finished
    assert f"journal: {at('run.jsonl')}; --resume goes on with it" in result.outlines


def test_a_run_whose_sweep_was_skipped_is_finished_and_says_so(suite, at):
    marked = EXPERIMENT.replace(
        "        measure()", "        'x2' in request.node.name and pytest.skip('not today')"
    )
    marked += "        measure()\n"
    result = suite("--journal=run.jsonl", experiment=marked)
    result.assert_outcomes(passed=3, skipped=2)
    contents = load_journal(at("run.jsonl"))
    assert contents.is_finished
    assert contents.skipped == [
        f"test_small.py::test_g2[cpu-2px-x2-{g}]: Skipped: not today" for g in ("g1", "g2")
    ]
    assert f"journal: {at('run.jsonl')}" in result.outlines


# Texts are read from a file as a terminal may see them.
@pytest.mark.parametrize(
    "changes", [{"claim": "a\u00a0claim"}, {"name": "x1\u2009"}, {"guideline": "G\u200b2"}]
)
def test_a_sweep_with_an_unprintable_text_is_known_again(tmp_path, sweep, monkeypatch, changes):
    series = dict.fromkeys(("g1", "g2", "g8", CONTROL), (0.01,) * 12)
    recording = Recording(series, dict.fromkeys(series, 1), {}, "time", 0)
    monkeypatch.setattr(campaign, "measure_sweep", lambda *_, **__: recording)
    condition, odd = Condition("cpu", "a processor"), replace(sweep, **changes)
    cases = [Case(condition, odd, variant) for variant in odd.variants]
    log = journal.create(tmp_path / "a.jsonl", Header(Machine(), {}, {}))
    runs = [campaign.Campaign((condition,), Limits(), seed=0, journal=log) for _ in range(2)]
    for run in runs:
        run.choose(cases)
    runs[0].result(cases[0])
    log.close()
    runs[1].restore(load_journal(log.path).measurements)
    assert all(runs[1].is_measured(case) for case in cases)
