"""Judge what the suite says of a fault: each function gives what was said, and whether that is right."""

import re
import shutil
from pathlib import Path

from hostile_run import Result, report, run

from guidelines.results.files import load, load_journal
from guidelines.results.schema import ResultsError

RESUME = ("--journal=run.jsonl", "--resume")
# The only variants of the sweep "hostile" that do what they are told.
HONEST = {"a", "b", "c"}


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
