"""What a run inside a test prints and leaves behind."""

import json
import re

import pytest

from guidelines.results.files import load
from guidelines.results.journal_contents import Header
from guidelines.results.journal_lines import sealed
from guidelines.results.model import Machine

SWEEP = "G2 x1 cpu"
HEADER = Header(Machine(node="here"), {"seed": "0"}, {SWEEP: ("g1", "g2")})


def only(pytester, pattern):
    (path,) = pytester.path.glob(pattern)
    return path


def strict(path):
    """The content of a file that must be strict JSON."""
    text = path.read_text()
    assert "UNSERIALIZABLE" not in text
    return json.loads(text, parse_constant=pytest.fail)


def lines(journal):
    return [json.loads(line, parse_constant=pytest.fail) for line in journal.read_text().splitlines()]


def resealed(contents):
    """Lines of a journal from their contents, with the checksums that belong to them."""
    checksum, found = 0, []
    for content in contents:
        plain = {name: value for name, value in content.items() if name != "crc32"}
        line, checksum = sealed(plain, checksum)
        found.append(line)
    return found


def load_strict(path):
    strict(path)
    return load(path, 10**7)


def journal_of(pytester):
    """The only journal in the default folder."""
    path = only(pytester, ".guidelines/*.jsonl")
    lines(path)
    return path


def both_outputs(pytester):
    """The run in run.json, and the same run in its journal."""
    return load_strict(pytester.path / "run.json"), load(journal_of(pytester), 10**7)


def named(run):
    return [f"{entry.place.sweep} {entry.place.variant}" for entry in run.entries]


def progress(result):
    """The sweeps that were measured, as the terminal shows them."""
    return re.findall(r"^  (G.*): up to ", result.stdout.str(), re.MULTILINE)


def refusal(result):
    """The one line of a run that measured nothing."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert progress(result) == []
    (line,) = filter(None, result.errlines)
    assert line.startswith("ERROR: ")
    return line
