"""Flips single bits of a journal and reads it, and prints what came of it; asserts nothing.

Run it by hand, some minutes: python tests/harness/bit_flips.py [NUMBER] [JOURNAL]
"""

import random
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path

from guidelines.results import journal
from guidelines.results.files import load
from guidelines.results.journal_contents import Header
from guidelines.results.model import Entry, Run
from guidelines.results.schema import ResultsError

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
SEED = 1
# A journal of this many entries: whole sweeps of the recorded run.
ENTRIES = 24
SAME, NOTED, REFUSED = "same figures", "a note says what was left out", "refused in one line"
CHANGED, TRACEBACK = "OTHER FIGURES WITHOUT A NOTE", "TRACEBACK"


def main() -> None:
    flips = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        if len(sys.argv) > 2:
            path.write_bytes(Path(sys.argv[2]).read_bytes())
        else:
            write(path)
        print(f"{flips} random bit flips of a journal of {path.stat().st_size} bytes:")
        for outcome, count in sorted(flipped(path, flips, SEED).items()):
            print(f"{count:6} {outcome}")


def write(path: Path) -> None:
    """Write a finished journal of sweeps that were recorded, in one pass each."""
    recorded = load(RECORDED, 10**9)
    entries = [one_pass(entry) for entry in recorded.entries[:ENTRIES]]
    sweeps: dict[str, list[Entry]] = {}
    for entry in entries:
        sweeps.setdefault(f"{entry.place.guideline} {entry.place.sweep} cpu", []).append(entry)
    planned = {sweep_id: [entry.place.variant for entry in of_sweep] for sweep_id, of_sweep in sweeps.items()}
    written = journal.create(path, Header(recorded.machine, {"passes": "1"}, planned))
    for sweep_id, of_sweep in sweeps.items():
        written.add(sweep_id, 1, of_sweep)
    written.finish()
    written.close()


def one_pass(entry: Entry) -> Entry:
    """The first pass of an entry, as a run of one pass writes it."""
    only = replace(entry.passes[0], number=1)
    samples_s = entry.by_pass(entry.samples_s)[0]
    return replace(entry, passes=(only,), samples_s=samples_s, baseline_samples_s=(), control_samples_s=())


def flipped(path: Path, flips: int, seed: int) -> Counter[str]:
    """How many of some random flips of a journal's bits ended in which way."""
    whole, original = path.read_bytes(), load(path, 10**9)
    moments = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for _ in range(flips):
        position, bit = moments.randrange(len(whole)), moments.randrange(8)
        content = bytearray(whole)
        content[position] ^= 1 << bit
        path.write_bytes(content)
        outcomes[outcome(path, original)] += 1
    path.write_bytes(whole)
    return outcomes


def outcome(path: Path, original: Run) -> str:
    try:
        run = load(path, 10**9)
    except ResultsError as error:
        return REFUSED if str(error).isprintable() else TRACEBACK
    except Exception:
        traceback.print_exc()
        return TRACEBACK
    if run.notes != original.notes:
        return NOTED
    return SAME if run == original else CHANGED


if __name__ == "__main__":
    main()
