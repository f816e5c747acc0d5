import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journals import HEAD, HERE, STEERING, SWEEP, failed, measurement

from guidelines.cli.main import main
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
        HEAD | {"guidelines_journal": 3},
        "is a journal of version 3; this version of guidelines reads 2",
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
    "broken": ('{"sweep": "G2 x1', "line 3 is broken"),
    "no text": (b"\xff\xfe", "line 3 is broken"),
    "of zeros": (b"\0" * 40, "line 3 is broken"),
    "empty": ("", "line 3 is broken"),
    "deep": ("[" * 100_000, "line 3 is broken"),
    "foreign": ('{"step": 1, "loss": 0.5}', "line 3 is not a line of a journal"),
    "a number": ("7", "line 3 is not a line of a journal"),
    "a list": ('["sweep"]', "line 3 is not a line of a journal"),
    "null": ("null", "line 3 is not a line of a journal"),
    "of no sweep": ('{"sweep": 7, "measurement": 1, "of": 2}', "line 3 is not a line of a journal"),
    "of half a variant": (
        '{"sweep": "G2", "measurement": 1, "of": 0.5}',
        "line 3 is not a line of a journal",
    ),
    "of no pass": (
        '{"sweep": "G2", "pass": 0.5, "measurement": 1, "of": 2}',
        "line 3 is not a line of a journal",
    ),
    "without a result": ('{"sweep": "G2", "measurement": 1, "of": 2}', "line 3: ?: "),
    "with half a result": (
        '{"sweep": "G2", "measurement": 1, "of": 2, "failed": {}}',
        "line 3: a failed variant: ",
    ),
    "with nothing withdrawn": ('{"withdrawn": 7}', "a failed variant: "),
    "that steers": (
        json.dumps({"sweep": STEERING, "measurement": 1, "of": 1, "failed": STEERING}),
        "line 3: ",
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


def test_a_line_that_holds_another_pass_than_it_says_is_named(log, path, pair, capsys):
    log.add(SWEEP, 1, pair())
    log.add(SWEEP, 2, pair())
    assert "line 4 holds another pass than 2" in refused(capsys, path)


def test_a_line_with_fewer_samples_than_rounds_is_named(log, path, entry, capsys):
    log.add(SWEEP, 1, [entry("g=1", 1.0, samples_s=(0.01,) * 39)])
    assert "line 2: G2 x1 g=1: its passes have 40 rounds, its samples 39" in refused(capsys, path)


def test_a_line_without_samples_is_named(log, path, entry, capsys):
    log.add(SWEEP, 1, [entry("g=1", 1.0)])
    first, line = path.read_text().splitlines()
    bare = json.loads(line)
    del bare["benchmark"]["stats"]["data"]
    path.write_text(f"{first}\n{json.dumps(bare)}\n")
    assert "line 2: G2 x1 g=1 lacks samples (stats.data)" in refused(capsys, path)


def test_a_line_that_holds_several_passes_is_named(log, path, entry, capsys):
    (only,) = entry("g=1", 1.0).passes
    log.add(SWEEP, 1, [entry("g=1", 1.0, passes=(only, replace(only, number=2)))])
    assert "line 2 holds another pass than 1" in refused(capsys, path)


@pytest.mark.parametrize("kind", LINES)
def test_a_broken_or_foreign_line_before_the_last_is_named(whole, path, capsys, kind):
    line, message = LINES[kind]
    first, second, *rest = whole.splitlines(keepends=True)
    bad = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(b"".join([first, second, bad + b"\n", *rest]))
    assert message in refused(capsys, path)


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
