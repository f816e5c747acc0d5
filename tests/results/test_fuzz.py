"""A saved file changed in any way that keeps it JSON gives a report or one line, never a traceback."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from mutations import mutate

from guidelines.cli.main import main

SAVED = Path(__file__).parent / "saved"


def small(schema):
    """The text of a saved file of a schema with two variants of each sweep."""
    whole = json.loads((SAVED / f"schema_{schema}.json").read_text("utf-8"))
    benchmarks = [b for b in whole["benchmarks"] if b["extra_info"]["guidelines"]["row"] < 2]
    return json.dumps({**whole, "benchmarks": benchmarks})


# One process each, and several passes.
TEXTS = [small(1), small(3)]


@st.composite
def mutated(draw):
    content = json.loads(draw(st.sampled_from(TEXTS)))
    random = draw(st.randoms(use_true_random=False))
    try:
        for _ in range(draw(st.integers(1, 3))):
            mutate(content, random)
        return json.dumps(content)
    except RecursionError:  # two changes made it deeper than Python writes
        reject()


def outcome(arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    return status, out.getvalue(), err.getvalue()


def check(text, command, *options):
    with tempfile.TemporaryDirectory() as folder:
        changed, valid = Path(folder, "changed.json"), Path(folder, "valid.json")
        changed.write_text(text)
        valid.write_text(TEXTS[0])
        files = [changed] if command == "report" else [valid, changed]
        status, out, err = outcome([command, *map(str, files), *options])
    if status == 2:
        assert out == ""
        assert err.startswith("guidelines: ")
        assert err.count("\n") == 1
    else:
        assert (status, err) == (0, "")
        assert out.strip()
    assert "\x1b" not in out + err


@pytest.mark.parametrize("command", ["report", "compare"])
@pytest.mark.parametrize("form", ["text", "markdown", "csv", "json", "latex"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=mutated())
def test_a_mutated_file_gives_a_table_or_one_line(text, command, form):
    check(text, command, "--format", form)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=mutated())
def test_a_mutated_file_gives_a_page_with_pictures_or_one_line(text):
    check(text, "compare", "--format", "html")
