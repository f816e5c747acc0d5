import json
import re
import subprocess
import sys
from pathlib import Path

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


@pytest.fixture
def write(tmp_path, entry, saved):
    """Writes a run of G2 whose g=8 has a slow-down, on a host, to a file."""

    def write(name, g8, node="here", **changes):
        entries = [entry(v, s, **changes) for v, s in (("g=1", 1.0), ("g=2", 1.2), ("g=8", g8))]
        content = saved(entries)
        content["machine_info"]["node"] = node
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
        return str(path)

    return write


def printed(capsys, *arguments):
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, " ".join(out.split()), err


def test_two_files_are_two_sides_even_of_one_machine(write, capsys):
    status, out, _ = printed(capsys, "compare", write("a.json", 2.0), write("b.json", 2.4))
    assert status == 0
    assert "A and B are the same machine" in out
    assert "2 slow-downs: 1 STRONGER, 0 WEAKER, 1 SAME, 0 UNCLEAR" in out
    assert re.search(r"g=8 STRONGER: [12]\.\d+x the time of g=1 on A, 2\.\d+x on B; B / A 1\.\d+ \[", out)


def test_a_run_beside_itself_is_noted(write, capsys):
    assert "A and B hold the same run" in printed(capsys, "compare", *[write("a.json", 2.0)] * 2)[1]
    other = write("b.json", 2.4, median_s=1.0)
    assert "hold the same run" not in printed(capsys, "compare", write("a.json", 2.0), other)[1]


def test_two_folders_are_two_sides_of_merged_runs(write, capsys, tmp_path):
    for name, g8 in (("a/1.json", 2.0), ("a/2.json", 2.01), ("b/1.json", 2.4), ("b/2.json", 2.41)):
        write(name, g8, median_s=g8)
    _, out, _ = printed(capsys, "compare", str(tmp_path / "a"), str(tmp_path / "b"))
    assert f"A = {tmp_path}/a/1.json and 1 more" in out
    assert f"B = {tmp_path}/b/1.json and 1 more" in out
    assert "one run; how far runs lie apart" not in out


def test_files_of_two_machines_are_two_sides_and_of_more_a_matrix(write, capsys):
    files = [write("1.json", 2.0), write("2.json", 2.01, median_s=1.0), write("3.json", 2.4, node="there")]
    assert "A compared with B" in printed(capsys, "compare", *files, "--format", "markdown")[1]
    _, out, _ = printed(capsys, "compare", *files, write("4.json", 1.5, node="elsewhere"))
    assert "3 machines or conditions, 4 runs" in out
    assert "host there" in out
    assert "1 of 1 hold" in out
    assert "Not on every machine" not in out
    _, out, _ = printed(capsys, "compare", *files, write("5.json", 1.5, node="elsewhere", sweep="x4"))
    assert "Not on every machine G2 x1: on 2 of 3: a processor, host here; a processor, host there" in out
    assert "G2 x4: on 1 of 3: a processor, host elsewhere" in out


def test_runs_of_one_machine_cannot_be_compared_but_reported(write, capsys):
    files = [write("1.json", 2.0), write("2.json", 2.1, median_s=1.0), write("3.json", 2.2, median_s=2.0)]
    status, out, err = printed(capsys, "compare", *files)
    assert (status, out) == (2, "")
    assert "all 3 runs are of one machine, so nothing can be compared; `report` merges them" in err
    _, out, _ = printed(capsys, "report", *files)
    assert "120 rounds in 3 runs" in out
    assert "(Birge ratio)" in out


def test_a_report_of_several_machines_has_a_part_for_each(write, capsys):
    _, out, _ = printed(capsys, "report", write("a.json", 2.0), write("b.json", 2.4, node="there"))
    assert out.count("G2 x1 holds") == 2
    assert "a processor, host there 1 run:" in out


@pytest.mark.parametrize(("form", "expected"), FORMATS.items())
def test_every_format_is_printed(write, capsys, form, expected):
    status, out, _ = printed(capsys, "compare", write("a.json", 2.0), write("b.json", 2.4), "--format", form)
    assert status == 0
    assert expected in out


@pytest.mark.parametrize("command", ["report", "compare"])
@pytest.mark.parametrize("suffix", ["md", "csv", "json", "html", "tex", "txt"])
def test_the_ending_of_the_output_chooses_the_format(write, capsys, tmp_path, command, suffix):
    path = tmp_path / "new" / f"out.{suffix}"
    status, out, err = printed(
        capsys, command, write("a.json", 2.0), write("b.json", 2.4, node="there"), "-o", str(path)
    )
    assert (status, out, err) == (0, "", f"wrote {path}\n")
    first = {"md": "# ", "csv": "", "json": "{", "html": "<!doctype", "tex": "% needs", "txt": ""}[suffix]
    assert path.read_text("utf-8").startswith(first)
    assert path.read_text("utf-8").endswith("\n")


def test_three_machines_make_every_format(write, capsys):
    files = [write(f"{k}.json", 2.0 + k, node=f"host {k}") for k in range(3)]
    for form in FORMATS:
        assert printed(capsys, "compare", *files, "--format", form)[0] == 0


def test_a_picture_is_written_for_each_guideline(write, capsys, tmp_path):
    status, _, err = printed(capsys, "plot", write("a.json", 2.0), write("b.json", 2.4), "-o", str(tmp_path))
    assert status == 0
    assert err.splitlines() == [f"wrote {tmp_path}/g2.svg", f"wrote {tmp_path}/g2.png"]


def test_a_page_without_matplotlib_says_why_it_has_no_pictures(write, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    status, out, _ = printed(capsys, "report", write("a.json", 2.0), "--format", "html")
    assert status == 0
    assert "pictures need matplotlib: pip install &#x27;guidelines[plot]&#x27;" in out
    status, _, err = printed(capsys, "plot", write("a.json", 2.0), "-o", "nowhere")
    assert (status, err) == (2, "guidelines: pictures need matplotlib: pip install 'guidelines[plot]'\n")


def test_a_change_of_the_list_is_status_1_and_named(write, capsys):
    a, b = write("a.json", 2.0), write("b.json", 2.4)
    status, _, err = printed(capsys, "compare", a, b, "--fail-on", "stronger:10%,weaker")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 is STRONGER on B: 1.20")
    assert printed(capsys, "compare", a, b, "--fail-on", "stronger:30%,weaker")[0] == 0


def test_faults_are_one_line_and_status_2(write, capsys, tmp_path):
    a, other = write("a.json", 2.0), write("other.json", 2.0, sweep="x4")
    third, fourth = write("c.json", 2.0, node="c"), write("d.json", 2.0, node="d")
    unlike = write("unlike.json", 2.2, channels=(48,))
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    write("runs/1.json", 2.0)
    faults = {
        ("compare", a, other): "no sweep in common: A holds G2 x1; B holds G2 x4",
        (
            "compare",
            a,
            third,
            fourth,
            "--fail-on",
            "slower",
        ): "--fail-on needs two sides, these are 3 machines",
        ("compare", a, third, "--fail-on", "worse"): "--fail-on: 'worse' is none of stronger, weaker",
        ("report", a, unlike): "G2 x1 g=1 is another network than in",
        ("report", str(tmp_path / "empty")): "empty: the folder holds no .json or .jsonl file",
        ("report", a, "--max-bytes", "1k"): "bytes, more than --max-bytes 1024 allows",
        ("report", str(tmp_path / "runs"), "-o", str(tmp_path / "runs" / "new.json")): "is among the files",
        ("report", "x" * 5000): "cannot be read: File name too long",
        ("report", a, "-o", a): "a.json: is among the files that were read",
        ("report", a, "-o", str(tmp_path / "file" / "x.md")): "cannot be written: ",
        ("report", a, "-o", str(tmp_path)): "cannot be written: Is a directory",
    }
    for arguments, message in faults.items():
        status, out, err = printed(capsys, *arguments)
        assert (status, out) == (2, ""), arguments
        assert err.startswith("guidelines: ")
        assert message in err
        assert err.count("\n") == 1


def test_runs_from_two_folders_are_never_mixed(write, capsys, tmp_path):
    for folder in ("before", "after"):
        for node in ("one", "two"):
            write(f"{folder}/{node}.json", 2.0, node=node)
    status, out, err = printed(capsys, "compare", str(tmp_path / "before"), str(tmp_path / "after"))
    assert (status, out) == (2, "")
    assert "2 machines have runs on both sides, which hold several machines" in err


def test_what_b_lacks_is_said_or_stops(write, capsys, tmp_path):
    a, b = write("a.json", 2.0), write("b.json", 2.0)
    content = json.loads(Path(b).read_text())
    del content["benchmarks"][2]
    Path(b).write_text(json.dumps(content))
    status, _, err = printed(capsys, "compare", a, b, "--fail-on", "stronger")
    assert (status, err) == (0, "guidelines: not on B, so not checked: G2 x1 g=8 (cpu, against g=1)\n")
    status, _, err = printed(capsys, "compare", a, b, "--fail-on", "missing")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 (cpu, against g=1) is MISSING on B\n")


def test_a_reader_that_stops_early_does_not_hide_a_change(write):
    files = f"{write('a.json', 2.0)} {write('b.json', 2.4)}"
    command = (
        f"{sys.executable} -m guidelines compare {files} --fail-on stronger | true; exit ${{PIPESTATUS[0]}}"
    )
    assert subprocess.run(["bash", "-c", command], stderr=subprocess.DEVNULL).returncode == 1


@pytest.mark.parametrize("text", ["many", "-1", "1T", "1.5G"])
def test_a_size_that_is_none_is_a_usage_error(write, capsys, text):
    with pytest.raises(SystemExit, match="2"):
        main(["report", write("a.json", 2.0), f"--max-bytes={text}"])
    assert "is no number of bytes such as 4000000, 500M or 3G" in capsys.readouterr().err
