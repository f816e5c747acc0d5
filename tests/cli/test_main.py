import subprocess
import sys
from pathlib import Path

import pytest

from guidelines import __version__
from guidelines.cli.main import COMMANDS, main


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"guidelines {__version__}\n"


def test_ctrl_c_is_one_line_and_the_status_of_shells(run_path, monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("guidelines.cli.commands.report.run", interrupted)
    assert main(["report", str(run_path)]) == 130
    assert capsys.readouterr().err == "guidelines: interrupted\n"


@pytest.fixture
def fault(monkeypatch):
    """Makes `report` fail in a way that nobody foresaw."""

    def broken(options):
        raise TypeError("a \x1b\nb")

    monkeypatch.setattr("guidelines.cli.commands.report.run", broken)


def test_an_unforeseen_error_is_one_line_and_no_status_of_a_finding(run_path, fault, capsys):
    assert main(["report", str(run_path)]) == 70
    assert capsys.readouterr().err == (
        "guidelines: TypeError: a \\x1b b; this is a fault of the suite: GUIDELINES_DEBUG=1 shows where\n"
    )


def test_a_variable_asks_for_its_traceback(run_path, fault, monkeypatch):
    monkeypatch.setenv("GUIDELINES_DEBUG", "1")
    with pytest.raises(TypeError):
        main(["report", str(run_path)])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("shell", "status"),
    [
        ("report {run} -o {folder}/a.html 2>/dev/full", 0),
        ("report {folder}/none 2>/dev/full", 2),
        ("report {folder}/none 2>&-", 2),
        ("nonsense 2>/dev/full", 2),
        ("report {run} >/dev/full", 2),
        ("report {run} >&-", 2),
    ],
)
def test_a_stream_that_takes_nothing_leaves_the_status(run_path, tmp_path, shell, status):
    command = shell.format(run=run_path, folder=tmp_path)
    done = subprocess.run(f"{sys.executable} -m guidelines {command}", shell=True, capture_output=True)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


def test_a_bad_file_is_one_line_on_stderr_and_status_2(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text('{"benchmarks": [')
    command = [sys.executable, "-m", "guidelines", "report", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"guidelines: {path}: is not valid JSON")
    assert done.stderr.count("\n") == 1


def test_faults_are_one_line_and_status_2(write_run, printed_line, tmp_path):
    a, other = write_run("a.json", 2.0), write_run("other.json", 2.0, sweep="x4")
    third, fourth = write_run("c.json", 2.0, node="c"), write_run("d.json", 2.0, node="d")
    unlike = write_run("unlike.json", 2.2, widths=(48,))
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    write_run("runs/1.json", 2.0)
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
        ("report", a, "-o", str(tmp_path)): "no format has this ending; end it in .txt, .md, .csv, .json, ",
        ("report", a, "-o", str(tmp_path), "--format", "csv"): "cannot be written: Is a directory",
        ("report", a, "-o", "a.pdf"): "a.pdf: no format has this ending; end it in .txt, .md, .csv, .json, ",
        ("report", a, "-o", "no/a.md"): "no/a.md: cannot be written: there is no folder no",
        ("plot", a, "-o", "no/folder"): "no/folder: cannot be written: there is no folder no",
        ("report", a, "--standalone"): "--standalone makes a LaTeX file of its own: add --format latex",
    }
    for arguments, message in faults.items():
        status, out, err = printed_line(*arguments)
        assert (status, out) == (2, ""), arguments
        assert err.startswith("guidelines: ")
        assert message in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["many", "-1", "1T", "1.5G"])
def test_a_size_that_is_none_is_a_usage_error(write_run, capsys, text):
    with pytest.raises(SystemExit, match="2"):
        main(["report", write_run("a.json", 2.0), f"--max-bytes={text}"])
    assert "is no number of bytes such as 4000000, 500M or 3G" in capsys.readouterr().err


def test_the_command_line_counts_and_help_comes_without_torch():
    code = (
        "import sys; from guidelines.cli.main import main\n"
        "try: main(['count', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "package.module:callable" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["decompose", "--help"]])
def test_help_comes_without_numpy_torch_and_reports(arguments):
    code = (
        "import sys; from guidelines.cli.main import main\n"
        f"try: main({arguments})\n"
        "except SystemExit: pass\n"
        "assert not {'numpy', 'torch', 'guidelines.report', 'guidelines.stats'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_reading_saved_runs_comes_without_torch(write_run):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    code = (
        "import sys; from guidelines.cli.main import main\n"
        f"assert main(['report', {a!r}]) == 0\n"
        f"assert main(['report', {a!r}, '--format', 'html']) == 0\n"
        f"assert main(['compare', {a!r}, {b!r}, '--fail-on', 'stronger']) == 1\n"
        "assert main(['networks']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_alone_it_lists_every_command_in_a_line(capsys):
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("guidelines ")] == list(COMMANDS)
    assert max(map(len, lines)) <= 80


def test_an_unknown_command_names_the_near_one(printed_line):
    possible = f"possible: {', '.join(COMMANDS)}"
    for word, meant in (
        ("reprot", "; did you mean report?"),
        ("Compare", "; did you mean compare?"),
        ("x", ""),
    ):
        assert printed_line(word) == (2, "", f"guidelines: {word}: no such command{meant}; {possible}\n")


def test_an_unknown_option_names_the_near_one(printed_line):
    for arguments, named in (
        (
            ("report", "a.json", "--foramt", "json"),
            "--foramt: no such option of `guidelines report`; did you mean --format?",
        ),
        (
            ("report", "a.json", "--foramt=json"),
            "--foramt: no such option of `guidelines report`; did you mean --format?",
        ),
        (("networks", "more"), "more: no such argument of `guidelines networks`"),
        (("compare", "a.json", "b.json", "--zzz"), "--zzz: no such option of `guidelines compare`"),
    ):
        assert printed_line(*arguments) == (2, "", f"guidelines: {named}; --help lists them\n")
