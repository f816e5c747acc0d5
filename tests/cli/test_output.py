import re
import subprocess
import sys

import pytest

from guidelines.cli.main import main

FORMATS = {
    "text": "B / A: B's slow-down over A's",
    "markdown": "# A compared with B",
    "csv": "guideline,sweep,variant,",
    "json": '"kind": "compare"',
    "html": "<!doctype html>",
    "latex": r"\begin{longtable}",
}


@pytest.mark.parametrize(("form", "expected"), FORMATS.items())
def test_every_format_is_printed(write_run, printed_line, form, expected):
    status, out, _ = printed_line(
        "compare", write_run("a.json", 2.0), write_run("b.json", 2.4), "--format", form
    )
    assert status == 0
    assert expected in out


def test_three_machines_make_every_format(write_run, printed_line):
    files = [write_run(f"{k}.json", 2.0 + k, node=f"host {k}") for k in range(3)]
    for form in FORMATS:
        assert printed_line("compare", *files, "--format", form)[0] == 0


@pytest.mark.parametrize("command", ["report", "compare"])
@pytest.mark.parametrize("suffix", ["md", "csv", "json", "html", "tex", "txt"])
def test_the_ending_of_the_output_chooses_the_format(write_run, printed_line, tmp_path, command, suffix):
    path = tmp_path / f"out.{suffix}"
    status, out, err = printed_line(
        command, write_run("a.json", 2.0), write_run("b.json", 2.4, node="there"), "-o", str(path)
    )
    assert (status, out, err) == (0, "", f"wrote {path}\n")
    first = {"md": "# ", "csv": "", "json": "{", "html": "<!doctype", "tex": "% needs", "txt": ""}[suffix]
    assert path.read_text("utf-8").startswith(first)
    assert path.read_text("utf-8").endswith("\n")


def test_any_other_format_is_written_where_o_says(capsys, tmp_path):
    for name, mark in (("a.md", "| total |"), ("a.html", 'class="name">total</th>'), ("a.tex", "total")):
        assert main(["count", "alexnet", "--input", "1,3,227,227", "-o", str(tmp_path / name)]) == 0
        assert mark in re.sub(r"\s+", " ", (tmp_path / name).read_text())


def test_a_page_without_matplotlib_says_why_it_has_no_pictures(write_run, printed_line, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    status, out, _ = printed_line("report", write_run("a.json", 2.0), "--format", "html")
    assert status == 0
    assert (
        "<figure><figcaption>no picture: pictures need matplotlib: pip install &#x27;guidelines[plot]&#x27;"
        "</figcaption></figure>" in out
    )
    status, _, err = printed_line("plot", write_run("a.json", 2.0), "-o", "nowhere")
    assert (status, err) == (2, "guidelines: pictures need matplotlib: pip install 'guidelines[plot]'\n")


def test_a_reader_that_stops_early_is_no_error(run_path):
    command = f"{sys.executable} -m guidelines report {run_path} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_colours_are_for_the_terminal_only(write_run, printed_line, tmp_path, monkeypatch):
    saved, path = write_run("a.json", 2.0), tmp_path / "out.txt"
    assert "\x1b[" not in printed_line("report", saved)[1]
    monkeypatch.setattr("guidelines.report.formats.colour.has_colour", lambda stream: True)
    assert "\x1b[32mholds\x1b[0m" in printed_line("report", saved)[1]
    printed_line("report", saved, "-o", str(path))
    assert "\x1b[" not in path.read_text()
    assert "\x1b[" not in printed_line("report", saved, "--format", "markdown")[1]
