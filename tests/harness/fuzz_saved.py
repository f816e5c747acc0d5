"""Change saved files and journals at random and read them: no traceback, none takes 5 s of a processor.

    python tests/harness/fuzz_saved.py [EXAMPLES] [SEED]

prints how many were accepted and refused, and each example that ended in a traceback or took too long; these
are kept in the folder that it names.
"""

import contextlib
import copy
import io
import json
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "results")]

from mutations import mutate  # noqa: E402

from guidelines.cli.main import DEBUG, main  # noqa: E402
from guidelines.results.files import load  # noqa: E402
from guidelines.results.schema import to_benchmark  # noqa: E402

EXAMPLES, MOST_S, MOST_CHANGES = 5000, 5.0, 3
FORMATS = ("text", "markdown", "csv", "json", "html", "latex")
# Pictures take a second: most of the pages are drawn from the other formats' examples.
DRAWN = 0.05
KEPT_ROWS = 2
# The last version of a journal whose lines have no checksum, which would refuse every change.
VERSION = 2


def main_fuzz(examples: int, seed: int) -> int:
    """Run the examples; the exit status is 1 if one failed."""
    os.environ[DEBUG] = "1"  # unforeseen errors are raised
    randomness = random.Random(seed)
    sources = [*saved_files(), *journals()]
    counts: Counter[str] = Counter()
    folder = Path(tempfile.mkdtemp(prefix="fuzz_saved_"))
    valid = folder / "valid.json"
    valid.write_text(json.dumps(sources[0]))
    begun_s = time.monotonic()
    for number in range(examples):
        changed = folder / "changed.json"
        changed.write_bytes(example(sources, randomness))
        kind = one(changed, valid, randomness)
        counts[kind] += 1
        if kind in ("traceback", "slow", "wrong"):
            changed.rename(folder / f"{kind}-{number}.json")
    print(f"{examples} examples, seed {seed}, {time.monotonic() - begun_s:.0f} s: {dict(counts)}; {folder}")
    return int(any(counts[kind] for kind in ("traceback", "slow", "wrong")))


def saved_files() -> list[object]:
    """Recorded files with the first rows of each sweep."""
    contents = []
    for path in (ROOT / "tests/results/saved/schema_3.json", *sorted(ROOT.glob("tests/results/saved/*"))):
        whole = json.loads(path.read_text("utf-8"))
        rows = [b for b in whole["benchmarks"] if b["extra_info"]["guidelines"]["row"] < KEPT_ROWS]
        contents.append({**whole, "benchmarks": rows})
    recorded = json.loads((ROOT / "experiments/recorded/h200.json").read_text("utf-8"))
    contents.append({**recorded, "benchmarks": recorded["benchmarks"][:12]})
    return contents


def journals() -> list[list[object]]:
    """A journal of one process, as a list of its lines."""
    run = load(ROOT / "tests/results/saved/schema_1.json", 10**9)
    first = {"guidelines_journal": VERSION, "machine": vars(run.machine), "settings": {"passes": "1"}}
    lines: list[object] = [{**first, "sweeps": {"a sweep": ["a", "b"]}, "batches": {}}]
    entries = [entry for entry in run.entries if entry.place.row < KEPT_ROWS]
    for entry in entries:
        result = {"sweep": "a sweep", "pass": 1, "measurement": 1, "of": len(entries)}
        lines.append({**result, "benchmark": to_benchmark(entry)})
    return [[*lines, {"skipped": "a test: a reason"}, {"finished": True}]]


def example(sources: list[object], randomness: random.Random) -> bytes:
    """A file's content, changed in a few places, and now and then in its bytes."""
    try:
        written = changed_content(randomness.choice(sources), randomness)
    except RecursionError:  # two changes made it deeper than Python writes
        return example(sources, randomness)
    if randomness.random() < 0.1:
        at = randomness.randrange(len(written))
        written = written[:at] + bytes([randomness.randrange(256)]) + written[at + 1 :]
    return written


def changed_content(source: object, randomness: random.Random) -> bytes:
    """A file's content, changed in a few places."""
    content = copy.deepcopy(source)
    for _ in range(randomness.randint(1, MOST_CHANGES)):
        if content:
            mutate(content, randomness)
    lines = content if isinstance(content, list) else [content]
    return b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"


def one(changed: Path, valid: Path, randomness: random.Random) -> str:
    """What became of an example: refused, accepted, wrong, slow or traceback."""
    form = randomness.choice(FORMATS)
    if form == "html" and randomness.random() > DRAWN:
        form = "text"
    files = randomness.choice(([changed], [valid, changed], [changed, valid]))
    command = "report" if len(files) == 1 else randomness.choice(("report", "compare"))
    arguments = [command, *map(str, files), "--format", form]
    out, err = io.StringIO(), io.StringIO()
    begun_s = time.process_time()  # other processes may be busy
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
    except BaseException:
        print(" ".join(arguments), traceback.format_exc(limit=-6), sep="\n")
        return "traceback"
    taken_s = time.process_time() - begun_s
    if taken_s > MOST_S:
        print(f"{taken_s:.1f} s: {' '.join(arguments)}")
        return "slow"
    if not is_right(status, out.getvalue(), err.getvalue()):
        print(f"status {status}: {' '.join(arguments)}: {err.getvalue()!r:.300}")
        return "wrong"
    return "refused" if status else "accepted"


def is_right(status: int, out: str, err: str) -> bool:
    """True for an answer without a word on stderr, or for one line there."""
    if "\x1b" in out + err:
        return False
    if status == 0:
        return bool(out.strip()) and not err
    return status == 2 and not out and err.startswith("guidelines: ") and err.count("\n") == 1


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main_fuzz(*given, *(EXAMPLES, 0)[len(given) :]))
