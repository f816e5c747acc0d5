import json
from dataclasses import replace

import pytest
from journals import HERE, OTHER, SWEEP, failed

from guidelines.cli.main import main
from guidelines.results.files import load
from guidelines.results.model import CONTROL_NAME


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal that breaks no line, however long the folder's name is."""
    monkeypatch.setenv("COLUMNS", "500")


def reported(capsys, path, *options):
    status = main(["report", str(path), *options])
    out, err = capsys.readouterr()
    return status, " ".join(out.split()), err


def test_a_report_of_an_unfinished_run_says_how_much_is_there(log, path, pair, capsys):
    log.add(SWEEP, 1, pair())
    status, out, err = reported(capsys, path)
    assert (status, err) == (0, "")
    assert "G2 x1 holds: g=8 is 1.999x slower than g=1" in out
    assert "run.jsonl: is the journal of an unfinished run: 1 of 2 sweeps are there" in out
    assert "torn" not in out


def test_a_report_says_that_a_last_line_is_torn(log, path, pair, capsys):
    log.add(SWEEP, 1, pair())
    log.add(OTHER, 1, pair(sweep="x2"))
    path.write_bytes(path.read_bytes()[:-20])
    status, out, err = reported(capsys, path)
    assert (status, err) == (0, "")
    assert "1 of 2 sweeps are there" in out
    assert "run.jsonl: its last line is torn and was ignored" in out


def test_a_report_of_a_finished_run_is_that_of_its_file(log, path, pair, tmp_path, saved, capsys):
    results = [*pair(), *pair(2.5, sweep="x2")]
    control = replace(results[0].place, variant=CONTROL_NAME, row=3)
    failure = replace(failed(results[0], "MemoryError", is_control=True), place=control)
    log.add(SWEEP, 1, [*results[:2], failure])
    log.add(OTHER, 1, results[2:])
    log.finish()
    as_json = tmp_path / "run.json"
    as_json.write_text(json.dumps(saved(results, [failure])))
    status, out, _ = reported(capsys, path)
    assert status == 0
    assert "unfinished" not in out
    assert out == reported(capsys, as_json)[1].replace("run.json", "run.jsonl")
    assert load(path, 10**7).machine == HERE


def test_a_journal_and_the_file_of_the_same_run_count_once(
    log, path, pair, tmp_path, saved, agreeing, capsys
):
    log.add(SWEEP, 1, agreeing(pair()))
    log.finish()
    as_json = tmp_path / "run.json"
    as_json.write_text(json.dumps(saved(pair())))
    assert "holds the run of" in reported(capsys, as_json, str(path))[1]


def test_a_folder_of_journals_is_reported_and_of_files_beside_journals_the_files(
    log, path, pair, tmp_path, saved, capsys
):
    log.add(SWEEP, 1, pair())
    assert "unfinished" in reported(capsys, tmp_path)[1]
    (tmp_path / "run.json").write_text(json.dumps(saved(pair())))
    status, out, _ = reported(capsys, tmp_path)
    assert status == 0
    assert "unfinished" not in out


def test_a_large_journal_is_refused_by_its_size(whole, path, capsys):
    status, _, err = reported(capsys, path, "--max-bytes=1k")
    assert status == 2
    assert f"has {len(whole)} bytes, more than --max-bytes 1024 allows" in err
