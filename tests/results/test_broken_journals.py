import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journals import HEAD, HEADER, HERE, STEERING, SWEEP, failed, measurement, resealed, unsealed

from guidelines.cli.main import main
from guidelines.results import journal, journal_reading
from guidelines.results.disturbance import Gpu, State
from guidelines.results.files import load_journal
from guidelines.results.model import Circumstances
from guidelines.results.schema import ResultsError, to_failed
from guidelines.stats.intervals import Estimate

PLAIN = '{"benchmarks": [{"name": "test_sort", "extra_info": {}, "stats": {"median": 1.0}}]}'


NO_JOURNALS = {
    "another project's": ('{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n', "is not valid JSON"),
    "text": ("Dear diary,\n", "is not valid JSON"),
    "empty": ("", "is empty"),
    "blank": ("\n\n", "is empty"),
    "pytest-benchmark's": (PLAIN, "1 of 1 benchmarks are not of this suite"),
}


HEADERS = {
    "newer": (
        HEAD | {"guidelines_journal": 4},
        "is a journal of version 4; this version of guidelines reads 3",
    ),
    "of no number": (HEAD | {"guidelines_journal": STEERING}, "is a journal of version"),
    "without a machine": ({"guidelines_journal": 2}, "is a journal whose first line is broken: 'machine'"),
    "of another machine": (HEAD | {"machine": {"moon": "full"}}, "whose first line is broken"),
    "with a list of settings": (HEAD | {"settings": [1]}, "whose first line is broken"),
    "with a number of sweeps": (HEAD | {"sweeps": {"G2": 7}}, "whose first line is broken"),
    "with a batch that is none": (HEAD | {"batches": {"G2": "many"}}, "whose first line is broken"),
    "with an endless batch": (HEAD | {"batches": {"G2": float("inf")}}, "whose first line is broken"),
}


LINES = {
    "broken": ('{"sweep": "G2 x1', "line 5 is broken: "),
    "no text": (b"\xff\xfe", "line 5 is broken: "),
    "of zeros": (b"\0" * 40, "line 5 is broken: "),
    "empty": ("", "line 5 is broken: "),
    "deep": ("[" * 100_000, "line 5 is broken: "),
    "foreign": ('{"step": 1, "loss": 0.5}', "line 5 is broken: it is not a line of a journal"),
    "a number": ("7", "line 5 is broken: it is not a line of a journal"),
    "a list": ('["sweep"]', "line 5 is broken: it is not a line of a journal"),
    "null": ("null", "line 5 is broken: it is not a line of a journal"),
    "of no sweep": (
        '{"sweep": 7, "measurement": 1, "of": 2}',
        "line 5 is broken: it is not a line of a journal",
    ),
    "of half a variant": (
        '{"sweep": "G2", "measurement": 1, "of": 0.5}',
        "line 5 is broken: it is not a line of a journal",
    ),
    "of no pass": (
        '{"sweep": "G2", "pass": 0.5, "measurement": 1, "of": 2}',
        "line 5 is broken: it is not a line of a journal",
    ),
    "without a result": ('{"sweep": "G2", "measurement": 1, "of": 2}', "line 5 is broken: ?: "),
    "with half a result": (
        '{"sweep": "G2", "measurement": 1, "of": 2, "failed": {}}',
        "line 5 is broken: a failed variant: ",
    ),
    "with nothing withdrawn": ('{"withdrawn": 7}', "line 5 is broken: a failed variant: "),
    "that steers": (
        json.dumps({"sweep": STEERING, "measurement": 1, "of": 1, "failed": STEERING}),
        "line 5 is broken: ",
    ),
}


def refused(capsys, path):
    """The one line of a report that is refused."""
    status = main(["report", str(path)])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith(f"guidelines: {path}: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    return err


@pytest.mark.parametrize("kind", NO_JOURNALS)
def test_a_report_of_what_is_no_journal_is_one_line(path, capsys, kind):
    content, message = NO_JOURNALS[kind]
    path.write_text(content)
    assert message in refused(capsys, path)


@pytest.mark.parametrize("kind", NO_JOURNALS)
def test_what_is_no_journal_is_refused_as_one_by_its_name(path, kind):
    content, _ = NO_JOURNALS[kind]
    path.write_text(content)
    with pytest.raises(ResultsError, match=rf"^{path}: is (not a journal of this suite|empty)$"):
        load_journal(path)


@pytest.mark.parametrize("kind", HEADERS)
def test_a_journal_with_a_first_line_that_is_none_is_refused_in_one_line(path, capsys, kind):
    header, message = HEADERS[kind]
    path.write_text(json.dumps(header) + "\n")
    assert message in refused(capsys, path)


def test_a_first_line_whose_checksum_is_wrong_is_refused_in_one_line(log, path, capsys):
    path.write_bytes(path.read_bytes().replace(b"2.13.0", b"2.12.0"))
    line = "is a journal whose first line is broken: its checksum does not match"
    assert refused(capsys, path) == f"guidelines: {path}: {line}\n"


def broken(path):
    """The note on the first broken line of a journal."""
    contents = load_journal(path)
    assert not contents.is_finished
    return contents.broken


def test_a_line_that_holds_another_pass_than_it_says_is_named(log, path, pair):
    log.add(SWEEP, 1, pair())
    log.add(SWEEP, 2, pair())
    assert broken(path) == (
        "line 4 is broken: it holds another pass than 2; it was left out, and so was the line after it"
    )


def test_a_line_with_fewer_samples_than_rounds_is_named(log, path, entry):
    log.add(SWEEP, 1, [entry("g=1", 1.0, samples_s=(0.01,) * 39)])
    assert "line 2 is broken: G2 x1 g=1: its passes have 40 rounds, its samples 39" in broken(path)


def test_a_line_without_samples_is_named(log, path, entry):
    log.add(SWEEP, 1, [entry("g=1", 1.0)])
    first, line = path.read_text().splitlines()
    bare = json.loads(line)
    del bare["benchmark"]["stats"]["data"]
    path.write_bytes(b"".join(resealed([first, json.dumps(bare)])))
    assert "line 2 is broken: G2 x1 g=1 lacks samples (stats.data)" in broken(path)


def test_a_line_that_holds_several_passes_is_named(log, path, entry):
    (only,) = entry("g=1", 1.0).passes
    log.add(SWEEP, 1, [entry("g=1", 1.0, passes=(only, replace(only, number=2)))])
    assert "line 2 is broken: it holds another pass than 1" in broken(path)


@pytest.mark.parametrize(("number", "is_possible"), [(4, True), (5, False), (1000, False)])
def test_a_pass_that_no_run_of_so_many_has_is_named(path, entry, number, is_possible):
    log = journal.create(path, replace(HEADER, settings={"passes": "4"}))
    (only,) = entry("g=1", 1.0).passes
    log.add(SWEEP, number, [entry("g=1", 1.0, passes=(replace(only, number=number),))])
    log.close()
    said = f"line 2 is broken: it holds pass {number} of a run of 4 passes; it was left out"
    assert load_journal(path).broken == ("" if is_possible else said)


def test_a_sweep_may_have_one_pass_after_the_other_in_the_time_that_others_leave(path, entry):
    log = journal.create(path, replace(HEADER, settings={"passes": "2"}))
    (only,) = entry("g=1", 1.0).passes
    for number in range(1, 5):
        log.add(SWEEP, number, [entry("g=1", 1.0, passes=(replace(only, number=number),))])
    log.close()
    contents = load_journal(path)
    assert (contents.broken, list(contents.measurements[SWEEP])) == ("", [1, 2, 3, 4])


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("kind", LINES)
def test_a_journal_counts_up_to_its_first_broken_line(whole, path, pair, entry, capsys, kind, version):
    line, message = LINES[kind]
    lines = whole.splitlines(keepends=True)
    lines = lines if version == 3 else unsealed(lines)
    bad = line if isinstance(line, bytes) else line.encode()
    message = message if version == 2 else "line 5 is broken: its checksum does not match"
    path.write_bytes(b"".join([*lines[:4], bad + b"\n", *lines[4:]]))
    assert message in (said := broken(path))
    assert said.endswith(f"; it was left out, and so were the {len(lines) - 4} lines after it")
    assert load_journal(path).measurements == {SWEEP: {1: [*pair(), failed(entry("g=4", 1.0))]}}
    assert main(["report", str(path)]) == 0
    out, err = capsys.readouterr()
    assert (" ".join(said.split()[:8]) in " ".join(out.split()), "\x1b" in out, err) == (True, False, "")


@pytest.mark.parametrize("version", [2, 3])
def test_a_line_that_is_there_twice_is_broken(whole, path, version):
    lines = whole.splitlines(keepends=True)
    lines = lines if version == 3 else unsealed(lines)
    path.write_bytes(b"".join([*lines[:3], lines[2], *lines[3:]]))
    assert broken(path).startswith("line 4 is broken: ")


def test_a_line_that_is_missing_or_elsewhere_breaks_the_next(whole, path):
    lines = whole.splitlines(keepends=True)
    for others in ([*lines[:5], *lines[6:]], [*lines[:5], lines[6], lines[5], *lines[7:]]):
        path.write_bytes(b"".join(others))
        assert broken(path).startswith("line 6 is broken: its checksum does not match; ")


def test_a_journal_of_version_2_is_read_without_checksums(whole, path):
    path.write_bytes(b"".join(unsealed(whole.splitlines(keepends=True))))
    contents = load_journal(path)
    assert (contents.damage, contents.is_finished, contents.checksum) == ((), True, None)
    assert contents.measurements == journal_reading.parse(whole).measurements


def test_a_journal_of_no_whole_sweep_is_nothing_to_report(log, path, capsys):
    assert "is the journal of a run that finished no sweep" in refused(capsys, path)


VALUES = [None, True, 0, -1, 1, 2.5, 1e-320, 1e300, 10**400, float("inf"), float("nan"), [], {}, "", STEERING]


RICH = {
    "state": State(
        2, 1.5, 0.5, 0.1, 0.0, 0.2, 3.0, 900.0, 1000.0, "powersave", Gpu(9, 9, 60, 5.0, ("a",), 1)
    ),
    "drift": Estimate(1.1, 1.0, 1.2, 0.99, 4),
    "disturbed": ("too hot",),
    "retried": ("too busy",),
    "placed_at": (0, 3),
    "setup_s": 1.0,
    "peak_memory_bytes": 100,
    "launch_s": 2e-6,
    "device_s": 1e-6,
}


def places(content, name=""):
    """Every container and key inside; lists of samples as their first item."""
    items = list(content.items() if isinstance(content, dict) else enumerate(content))
    for key, value in items[:4] if isinstance(content, list) else items:
        yield content, key
        if isinstance(value, dict | list):
            yield from places(value, key)


@st.composite
def changed_lines(draw, lines):
    lines = json.loads(json.dumps(lines))
    for _ in range(draw(st.integers(1, 2))):
        container, key = draw(st.sampled_from(list(places(lines))))
        if draw(st.booleans()) and draw(st.booleans()):
            del container[key]
        else:
            container[key] = draw(st.sampled_from(VALUES))
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_journal_is_a_report_or_one_line(path, pair, capsys, data):
    how = Circumstances(**RICH)
    results = pair(circumstances=how)
    head = HEAD | {
        "machine": vars(HERE),
        "settings": {"seed": "0"},
        "sweeps": {SWEEP: ["g1"]},
        "batches": {"a": 4},
    }
    ends = [{"withdrawn": to_failed(failed(results[1]))}, {"skipped": "test: reason"}]
    second = [replace(each, passes=(replace(each.passes[0], number=2),)) for each in results]
    passes = [*measurement(results, 1), *measurement(second, 2, of_pass=2)]
    path.write_bytes(data.draw(changed_lines([head, *passes, *ends])))
    status = main(["report", str(path)])
    out, err = capsys.readouterr()
    assert (status, bool(out.strip()), err.count("\n")) in ((0, True, 0), (2, False, 1))
    assert "\x1b" not in out + err
