"""A saved file changed in any way that keeps it JSON gives a report or one line, never a traceback."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidelines.cli.main import main

SAVED = Path(__file__).parent / "saved"


def small(schema):
    """The text of a saved file of a schema with two variants of each sweep."""
    whole = json.loads((SAVED / f"schema_{schema}.json").read_text("utf-8"))
    benchmarks = [b for b in whole["benchmarks"] if b["extra_info"]["guidelines"]["row"] < 2]
    return json.dumps({**whole, "benchmarks": benchmarks})


# One process each, and several passes.
TEXTS = [small(1), small(3)]
HOSTILE = (
    "",
    "\x1b[2J",
    "</script><script>alert(1)</script>",
    "=1+1",
    "_x$",
    "\ud800",
    "x" * 300,
    "G1",
    "1:2",
)

values = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            0,
            -1,
            1,
            2.5,
            1e-320,
            1e300,
            10**400,
            1 - 1e-16,
            1e-15,
            float("inf"),
            float("nan"),
            [],
            {},
        ]
    ),
    st.sampled_from(HOSTILE),
    st.lists(st.floats(1e-4, 1.0), max_size=30),
    st.floats(1e-9, 1e9),
)
samples = st.lists(st.one_of(st.floats(1e-6, 1e3), st.integers(1, 5)), min_size=24, max_size=24)


def places(content):
    """Every container and key inside, leaves and branches alike."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield content, key
        if isinstance(value, dict | list):
            yield from places(value)


@st.composite
def mutated(draw):
    content = json.loads(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 3))):
        everywhere = list(places(content))
        # The fields of ours are few among many samples: half of the time one of the named ones is taken.
        named = [place for place in everywhere if isinstance(place[1], str)]
        container, key = draw(st.sampled_from(draw(st.sampled_from([everywhere, named]))))
        kind = draw(st.sampled_from(["replace", "delete", "repeat", "samples"]))
        if kind == "delete":
            del container[key]
        elif kind == "repeat" and isinstance(container, list):
            container.append(container[key])
        else:
            container[key] = draw(samples if kind == "samples" else values)
    return json.dumps(content)


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
