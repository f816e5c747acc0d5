import json
import subprocess
import sys
from pathlib import Path

import pytest

from guidelines.analysis.compare import compare
from guidelines.cli.fail_on import Trigger, triggers, tripped
from guidelines.results.model import Circumstances


@pytest.fixture
def stronger_and_slower(entry, results):
    """On B g=8 is 1.2 times as slow against the baseline, and everything takes 1.1 times as long."""

    def side(g8, factor):
        found = (entry("g=1", 1.0), entry("g=8", g8))
        return results(*(entry_of(e, factor) for e in found))

    def entry_of(e, factor):
        times = tuple(factor * s for s in e.samples_s)
        return entry(e.place.variant, e.slowdown.estimate, samples_s=times)

    return compare(side(2.0, 1.0), side(2.4, 1.1))


def test_a_list_of_verdicts_with_or_without_a_least_change_is_read():
    assert triggers("stronger, slower:5%") == (Trigger("stronger", 0.03), Trigger("slower", 0.05))
    assert triggers("faster:0.5%") == (Trigger("faster", 0.005),)


@pytest.mark.parametrize("text", ["", "worse", "slower:5", "slower:-5%", "slower:5%:", "stronger,,weaker"])
def test_what_cannot_be_read_is_named_with_what_can(text):
    with pytest.raises(ValueError, match="is none of stronger, weaker, faster, slower"):
        triggers(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stronger", [("G2 x1 g=8", "STRONGER")]),
        ("stronger:30%", []),
        ("weaker,faster", []),
        ("slower:5%", [("G2 x1 g=1", "SLOWER"), ("G2 x1 g=8", "SLOWER")]),
        ("slower:15%", [("G2 x1 g=8", "SLOWER")]),
    ],
)
def test_only_what_lies_wholly_beyond_the_least_change_trips(stronger_and_slower, text, expected):
    assert [(t.name, t.word) for t in tripped(stronger_and_slower, triggers(text))] == expected


def test_a_change_of_the_list_is_status_1_and_named(write_run, printed_line):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger:10%,weaker")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 is STRONGER on B: 1.20")
    assert printed_line("compare", a, b, "--fail-on", "stronger:30%,weaker")[0] == 0


def test_what_b_lacks_is_said_or_stops(write_run, printed_line, tmp_path):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.0)
    content = json.loads(Path(b).read_text())
    del content["benchmarks"][2]
    Path(b).write_text(json.dumps(content))
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger")
    assert (status, err) == (0, "guidelines: not on B, so not checked: G2 x1 g=8 (cpu, against g=1)\n")
    status, _, err = printed_line("compare", a, b, "--fail-on", "missing")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 (cpu, against g=1) is MISSING on B\n")


def test_a_change_of_launches_trips_and_is_named_as_one(write_run, printed_line):
    a = write_run("a.json", 2.0)
    b = write_run("b.json", 2.4, circumstances=Circumstances(launch_s=5e-3, device_s=2e-3))
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger,slower")
    assert status == 1
    lines = err.splitlines()
    assert [line.partition(":")[2].partition(" on B")[0] for line in lines] == [
        " G2 x1 g=8 is STRONGER",
        " G2 x1 g=8 is SLOWER",
    ]
    assert all(line.endswith("(times of launching, not of the device)") for line in lines)


def test_a_reader_that_stops_early_does_not_hide_a_change(write_run):
    files = f"{write_run('a.json', 2.0)} {write_run('b.json', 2.4)}"
    command = (
        f"{sys.executable} -m guidelines compare {files} --fail-on stronger | true; exit ${{PIPESTATUS[0]}}"
    )
    assert subprocess.run(["bash", "-c", command], stderr=subprocess.DEVNULL).returncode == 1
