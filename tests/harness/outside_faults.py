"""Repeats, in small runs, the faults that outsiders found, and prints for each what the suite says of it.

Run it by hand, about five minutes on two cores: python tests/harness/outside_faults.py [PART OF A NAME]
The networks and runs that misbehave are in tests/harness/hostile. The exit status is the number of wrong
answers.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from guidelines.results.files import load, load_journal
from guidelines.results.model import Run
from guidelines.results.schema import ResultsError

HOSTILE = Path(__file__).parent / "hostile"
ROOT = HOSTILE.parent.parent.parent
QUICK = ("--benchmark-only", "--benchmark-max-time=0.05", "--benchmark-min-rounds=12", "--device=cpu")
PLUGINS = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
MOST_S = 300
RESUME = ("--journal=run.jsonl", "--resume")
# The only variants of the sweep "hostile" that do what they are told.
HONEST = {"a", "b", "c"}


@dataclass(frozen=True)
class Result:
    """One run: its exit status, what it printed, and what its saved file and its journal hold."""

    status: int
    printed: str
    folder: Path

    @property
    def saved(self) -> Run:
        """The run of the saved file. Raises ResultsError if it cannot be read."""
        return load(self.folder / "run.json", 10**9)

    def failed(self) -> dict[str, str]:
        """The reasons of the saved failures by "sweep variant"."""
        return {f"{f.place.sweep} {f.place.variant}": f.reason for f in self.saved.failures}

    def measured(self) -> set[str]:
        """The saved entries as "sweep variant"."""
        return {f"{entry.place.sweep} {entry.place.variant}" for entry in self.saved.entries}

    def line(self, *words: str) -> str:
        """The first printed line that holds all words, "" if none does."""
        return next((line.strip() for line in self.printed.splitlines() if all(w in line for w in words)), "")


# A judge gives what was said and whether that is right.
Judge = Callable[[Result], tuple[str, bool]]


@dataclass(frozen=True)
class Case:
    """A run with one fault: the test that it runs, its variables and options, and who judges it."""

    name: str
    test: str
    judge: Judge
    variables: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def run(folder: Path, test: str, variables: Mapping[str, str], options: tuple[str, ...]) -> Result:
    """Run one test of the hostile experiments in a folder of its own."""
    shutil.copy(HOSTILE / "hostile_networks.py", folder)
    shutil.copy(HOSTILE / "hostile_runs.py", folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = (sys.executable, "-m", "pytest", f"hostile_networks.py::{test}", *QUICK, *PLUGINS, *options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **variables}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_S,
    )
    return Result(ended.returncode, ended.stdout, folder)


def only_hostile_fails(result: Result) -> tuple[str, bool]:
    """The network that misbehaves is named, and nothing else is missing."""
    failed = result.failed()
    honest = {f"hostile {name}" for name in HONEST} | {"before a", "before b", "after a", "after b"}
    return str(failed), set(failed) == {"hostile hostile"} and honest <= result.measured()


def eval_is_counted(result: Result) -> tuple[str, bool]:
    failed = result.failed()
    whole = {"eval plain", "eval pooled", "eval head", "half two"}
    return str(failed), set(failed) == {"half half"} and whole <= result.measured()


def nothing_fails(result: Result) -> tuple[str, bool]:
    return result.line("failed:") or result.line("passed"), result.status == 0


def denormals_are_named(result: Result) -> tuple[str, bool]:
    said = result.line("denormal")
    return said, bool(said)


def no_network_is_blamed(result: Result) -> tuple[str, bool]:
    """Tests that timed out failed; every variant was measured, or its own test is what failed."""
    reasons = set(result.failed().values())
    blamed = [reason for reason in reasons if "test failed" not in reason]
    return f"{result.line('Timeout')} {sorted(reasons)}", bool(result.line("Timeout")) and not blamed


def can_be_resumed(result: Result) -> tuple[str, bool]:
    """The journal is not finished, and --resume measures the rest."""
    journals = sorted(result.folder.glob("*.jsonl"))
    was_finished = load_journal(journals[0]).is_finished
    resumed = run(result.folder, "test_g8", {}, (*RESUME, "--passes=1"))
    is_finished = load_journal(journals[0]).is_finished
    said = resumed.line("resumed") or resumed.line("ERROR")
    return said, not was_finished and is_finished and resumed.status == 0


def loss_is_told(result: Result) -> tuple[str, bool]:
    """Tables are printed, and the line about the journal does not claim what is not there."""
    said = result.line("journal", "gone") or result.line("journal", "incomplete") or result.line("journal:")
    named = Path(result.folder / "out" / "run.jsonl")
    has_tables = "G8 a claim" in result.printed
    claims = f"journal: {named}" in result.printed.replace("journal: out", f"journal: {result.folder}/out")
    return said, has_tables and (named.exists() or not claims)


def last_try_counts(result: Result) -> tuple[str, bool]:
    journal = load(next(result.folder.glob("*.jsonl")), 10**9)
    said = f"file: {result.failed()}, journal: {[f.reason for f in journal.failures]}"
    every = {"before a", "before b"}
    return said, not result.failed() and not journal.failures and every <= result.measured()


def counts_twice_or_refuses(result: Result) -> tuple[str, bool]:
    """A variant that is asked for twice is refused in one line, or saved once."""
    if result.line("twice"):
        return result.line("twice"), result.status != 0
    return result.line("passed"), result.status == 0 and len(result.saved.entries) > 0


def is_refused(words: tuple[str, ...], result: Result) -> tuple[str, bool]:
    said = result.line(*words)
    return said or result.printed[-200:], bool(said) and result.status not in (0, 1)


def whole_file_is_kept(result: Result) -> tuple[str, bool]:
    """A run that is cut leaves the whole file of an earlier run as it was."""
    earlier = run(result.folder, "test_g8", {}, ("--benchmark-json=run.json",))
    before = len(earlier.saved.entries)
    cut = run(result.folder, "test_g8", {"RUN": "interrupt 2"}, ("--benchmark-json=run.json", "--passes=1"))
    after = len(cut.saved.entries)
    said = cut.line("run.json")
    return f"{before} entries before, {after} after: {said}", after == before


def samples_count_once(result: Result) -> tuple[str, bool]:
    """Files of a cut run and of the same run resumed are one run."""
    folder = result.folder
    shutil.move(folder / "run.json", folder / "cut.json")
    run(folder, "test_g8", {}, (*RESUME, "--benchmark-json=run.json", "--passes=1"))
    both = report(folder, "cut.json", "run.json")
    alone = report(folder, "run.json")
    rounds = [rounds_of(text) for text in (alone, both)]
    return f"rounds alone {rounds[0]}, with its part {rounds[1]}", rounds[0] == rounds[1] != []


def report(folder: Path, *paths: str) -> str:
    command = (sys.executable, "-m", "guidelines", "report", *paths)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


def rounds_of(text: str) -> list[str]:
    """The numbers of rounds that a report names, sweep by sweep."""
    return re.findall(r"^\w+: \d+ rounds", text, re.MULTILINE)


def holes_end_a_journal(result: Result) -> tuple[str, bool]:
    """A hole in a journal costs what stands after it, and a note says so."""
    path = next(result.folder.glob("*.jsonl"))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = bytes(4096)
    path.write_bytes(content)
    try:
        kept = load(path, 10**9)
    except ResultsError as error:
        return str(error), False
    return "; ".join(kept.notes), bool(kept.entries) and any("line" in note for note in kept.notes)


def other_kernels_are_another_machine(result: Result) -> tuple[str, bool]:
    shutil.move(result.folder / "run.json", result.folder / "sse.json")
    run(result.folder, "test_g8", {}, ("--benchmark-json=run.json",))
    shown = report(result.folder, "sse.json", "run.json")
    said = next((line for line in shown.splitlines() if "SSE" in line.upper()), "")
    return said.strip(), bool(said) and "2 runs" not in shown


NETWORKS = (
    "cache",
    "not_a_number",
    "grow_input",
    "shrink_input",
    "leak",
    "set_threads",
    "switch_onednn_off",
    "cancel",
)
SAVE = ("--benchmark-json=run.json",)
KEEP = (*SAVE, "--journal=run.jsonl")


def cases() -> list[Case]:
    """Every fault as a case."""
    of_networks = []
    for network in NETWORKS:
        variables = {"NETWORK": network}
        of_networks.append(Case(f"network: {network}", "test_g8", only_hostile_fails, variables, SAVE))
        here = (*SAVE, "--passes=1")
        of_networks.append(
            Case(f"network, 1 pass: {network}", "test_g8", only_hostile_fails, variables, here)
        )
    refused = partial(is_refused, ("--threads",))
    return [
        *of_networks,
        Case("work in training mode", "test_g9", eval_is_counted, options=SAVE),
        Case("tracer", "test_g10", nothing_fails, {"RUN": "trace"}, SAVE),
        Case("tracer, 1 pass", "test_g10", nothing_fails, {"RUN": "trace"}, (*SAVE, "--passes=1")),
        Case("denormals", "test_g11", denormals_are_named, options=(*SAVE, "--image-size=14")),
        Case("timeout", "test_g8", nothing_fails, {"RUN": "timeout 5"}, SAVE),
        Case(
            "timeout, 1 pass",
            "test_g8",
            no_network_is_blamed,
            {"RUN": "timeout 0.5", "NETWORK": "sleep"},
            (*SAVE, "--passes=1"),
        ),
        Case("second Ctrl-C", "test_g8", can_be_resumed, {"RUN": "interrupt_twice 2"}, (*KEEP, "--passes=1")),
        Case("pytest.exit", "test_g8", can_be_resumed, {"RUN": "exit 2"}, (*KEEP, "--passes=1")),
        Case(
            "removed folder",
            "test_g8",
            loss_is_told,
            {"RUN": "remove_folder 2"},
            ("--journal=out/run.jsonl", "--passes=1"),
        ),
        Case("whole file", "test_g8", whole_file_is_kept),
        Case("same samples", "test_g8", samples_count_once, {"RUN": "interrupt 5"}, (*KEEP, "--passes=1")),
        Case("hole in a journal", "test_g8", holes_end_a_journal, options=KEEP),
        Case("rerun", "test_g8", last_try_counts, {"RUN": "rerun"}, KEEP),
        Case(
            "asked for twice",
            "test_g8",
            counts_twice_or_refuses,
            options=("hostile_networks.py::test_g8", "--keep-duplicates", *SAVE),
        ),
        Case("too many threads", "test_g8", refused, options=("--threads=1000",)),
        Case(
            "other kernels",
            "test_g8",
            other_kernels_are_another_machine,
            {"ONEDNN_MAX_CPU_ISA": "SSE41"},
            SAVE,
        ),
    ]


def main() -> int:
    """Run the cases whose names hold the argument; returns the number of wrong answers."""
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    wrong = 0
    chosen = [case for case in cases() if part in case.name]
    for case in chosen:
        with tempfile.TemporaryDirectory() as name:
            result = run(Path(name), case.test, case.variables, case.options)
            try:
                said, is_right = case.judge(result)
            except (ResultsError, OSError, StopIteration, json.JSONDecodeError) as error:
                said, is_right = f"{type(error).__name__}: {error}", False
        wrong += not is_right
        print(f"{'right' if is_right else 'WRONG'}  {case.name}: {said[:300]}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} right")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
