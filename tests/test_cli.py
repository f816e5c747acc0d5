import re
import subprocess
import sys

import pytest

from guidelines import __version__
from guidelines.cli.main import main


@pytest.fixture
def path(tmp_path, saved_run):
    path = tmp_path / "run.json"
    path.write_text(saved_run)
    return path


def test_report_prints_the_tables_of_a_saved_run(path, capsys):
    assert main(["report", str(path)]) == 0
    assert re.search(r"G2 x1 holds: g=8 is [12]\.\d+x slower than g=1", capsys.readouterr().out)


def test_report_sets_the_chosen_columns_of_the_paper_beside_it(path, capsys):
    main(["report", str(path), "--paper", "gpu"])
    out = capsys.readouterr().out
    assert "(paper: Table 2, GPU)" in out
    assert "(paper 3.87x)" in out


def test_a_bad_file_is_one_line_on_stderr_and_status_2(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text('{"benchmarks": [')
    command = [sys.executable, "-m", "guidelines", "report", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"guidelines: {path}: is not valid JSON")
    assert done.stderr.count("\n") == 1


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"guidelines {__version__}\n"


def test_ctrl_c_is_one_line_and_the_status_of_shells(path, monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("guidelines.cli.commands.report.run", interrupted)
    assert main(["report", str(path)]) == 130
    assert capsys.readouterr().err == "guidelines: interrupted\n"


def test_a_reader_that_stops_early_is_no_error(path):
    command = f"{sys.executable} -m guidelines report {path} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""
