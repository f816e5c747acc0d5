import fcntl
import json
import platform
import re

import pytest
from inner_experiments import SMALL
from inner_runs import progress, refusal, resealed

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

# A run with other settings is refused, and the difference is named.
OPTIONS = {
    "--seed=5": "seed 0 | 5",
    "--dtype=bfloat16": "conditions cpu-2px (*) | cpu-bfloat16-2px (*), cpu-bfloat16-2px-exact (*)",
    "--batch-size=1,2": "conditions cpu-2px (*) | cpu-2px (*), cpu-b2-2px (*)",
    "--image-size=4": "conditions cpu-2px (*) | cpu-4px (*)",
    "--channels=exact": "conditions cpu-2px (*) | cpu-2px-exact (*)",
    "--benchmark-max-time=0.5": "max time s 0.0 | 0.5; warmup s 0.0 | 0.025",
    "--benchmark-min-rounds=13": "min rounds 12 | 13",
    "--benchmark-min-time=0.001": "min sample s 5e-06 | 0.001",
    "--benchmark-confidence=0.9": "confidence 0.95 | 0.9",
    "--benchmark-precision=0.1": "precision None | 0.1",
}

MACHINE = {
    "torch": "torch 1.0+cu99 | *",
    "node": "node 1.0+cu99 | *",
    "cpu_model": "CPU 1.0+cu99 | *",
    "cuda": "CUDA 1.0+cu99 | *",
    "onednn": "oneDNN 1.0+cu99 | *",
    "python": "python 1.0+cu99 | *",
    "devices": "devices 1.0+cu99 | *",
    "device_memory": "device memory 1.0+cu99 | *",
    "usable_cpus": "usable CPUs 1.0+cu99 | *",
    "onednn_isa": "oneDNN's instruction set 1.0+cu99 | *",
    "settings": "settings 1.0+cu99 | *",
    "name": "machine 1.0+cu99 | unknown",
}


@pytest.fixture
def otherwise(resume, pytester, at):
    """The line that refuses to resume with other settings; the journal and the file stay as they are."""

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
        f"ERROR: --resume: {at('run.jsonl')} was begun differently, then | now: {OPTIONS[option]}; a run "
        "without --resume begins a journal of its own",
    )


@pytest.mark.parametrize("name", MACHINE)
def test_another_machine_or_build_is_refused_with_the_difference(whole, otherwise, at, name):
    header, *others = map(json.loads, whole[:4])
    header["machine"][name] = "1.0+cu99"
    line = otherwise(resealed([header, *others]))
    assert matches(line, f"ERROR: --resume: * was begun differently, then | now: {MACHINE[name]}; a run *")


def test_another_name_of_the_machine_is_refused(whole, otherwise, resume):
    refused = f"ERROR: --resume: * was begun differently, then | now: node {platform.node()} | unknown; "
    assert matches(otherwise(whole[:4], "--machine=ci"), f"{refused}machine unknown | ci; a run *")
    header, *others = map(json.loads, whole[:4])
    header["machine"] |= {"name": "ci", "node": ""}
    lines = resealed([header, *others])
    assert matches(otherwise(lines, "--machine=cd"), "*, then | now: machine ci | cd; a run *")
    resume(lines, "--machine=ci").assert_outcomes(passed=6)


def test_options_that_change_no_figure_are_not_compared(whole, resume):
    result = resume(whole[:7], "--retry-disturbed=3", "--benchmark-columns=median", "-v")
    result.assert_outcomes(passed=6)
    assert progress(result) == []


@pytest.mark.parametrize("change", [("(4 * g, g)", "(12 * g, g)"), ('"a claim"', '"another claim"')])
def test_another_network_or_claim_is_refused_by_its_sweep(whole, resume, at, change):
    line = refusal(resume(whole[:4], experiment=SMALL.replace(*change)))
    assert line == "ERROR: G2 x1 cpu-2px g=1 is another network now than in the journal"
    assert at("run.jsonl").read_bytes() == b"".join(whole[:4])


def test_a_journal_that_another_run_is_writing_is_left_alone(whole, resume, at):
    at("run.jsonl").write_bytes(b"".join(whole[:4]))
    with at("run.jsonl").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        line = refusal(resume(whole[:4]))
    assert line == f"ERROR: --journal {at('run.jsonl')}: another run is writing it"
    assert at("run.jsonl").read_bytes() == b"".join(whole[:4])
