import re


def test_two_files_are_two_sides_even_of_one_machine(write_run, printed_line):
    status, out, _ = printed_line("compare", write_run("a.json", 2.0), write_run("b.json", 2.4))
    assert status == 0
    assert "A and B are the same machine" in out
    assert "2 slow-downs: 1 STRONGER, 0 WEAKER, 1 SAME, 0 UNCLEAR" in out
    assert re.search(r"g=8 STRONGER: [12]\.\d+x the time of g=1 on A, 2\.\d+x on B; B / A 1\.\d+ \[", out)


def test_a_run_beside_itself_is_noted(write_run, printed_line):
    assert "A and B hold the same run" in printed_line("compare", *[write_run("a.json", 2.0)] * 2)[1]
    other = write_run("b.json", 2.4, median_s=1.0)
    assert "hold the same run" not in printed_line("compare", write_run("a.json", 2.0), other)[1]


def test_two_folders_are_two_sides_of_merged_runs(write_run, printed_line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a long path would be wrapped
    for name, g8 in (("a/1.json", 2.0), ("a/2.json", 2.01), ("b/1.json", 2.4), ("b/2.json", 2.41)):
        write_run(name, g8, median_s=g8)
    _, out, _ = printed_line("compare", "a", "b")
    assert "A = a/1.json and 1 more" in out
    assert "B = b/1.json and 1 more" in out
    assert "one process" not in out


def test_files_of_two_machines_are_two_sides_and_of_more_a_matrix(write_run, printed_line):
    files = [
        write_run("1.json", 2.0),
        write_run("2.json", 2.01, median_s=1.0),
        write_run("3.json", 2.4, node="there"),
    ]
    assert "A compared with B" in printed_line("compare", *files, "--format", "markdown")[1]
    _, out, _ = printed_line("compare", *files, write_run("4.json", 1.5, node="elsewhere"))
    assert "3 machines or conditions, 4 runs" in out
    assert "host there" in out
    assert "1 of 1 hold" in out
    assert "Not on every machine" not in out
    _, out, _ = printed_line("compare", *files, write_run("5.json", 1.5, node="elsewhere", sweep="x4"))
    assert "Not on every machine G2 x1: on 2 of 3: a processor, host here; a processor, host there" in out
    assert "G2 x4: on 1 of 3: a processor, host elsewhere" in out


def test_runs_of_one_machine_cannot_be_compared_but_reported(write_run, printed_line):
    files = [
        write_run("1.json", 2.0),
        write_run("2.json", 2.1, median_s=1.0),
        write_run("3.json", 2.2, median_s=2.0),
    ]
    status, out, err = printed_line("compare", *files)
    assert (status, out) == (2, "")
    assert "3 runs of one machine, so nothing can be compared; `guidelines report` shows it" in err
    assert "1 run of one machine, so nothing can be compared" in printed_line("compare", files[0])[2]
    _, out, _ = printed_line("report", *files)
    assert "120 rounds in 3 runs" in out
    assert "(Birge ratio)" in out


def test_runs_from_two_folders_are_never_mixed(write_run, printed_line, tmp_path):
    for folder in ("before", "after"):
        for node in ("one", "two"):
            write_run(f"{folder}/{node}.json", 2.0, node=node)
    status, out, err = printed_line("compare", str(tmp_path / "before"), str(tmp_path / "after"))
    assert (status, out) == (2, "")
    assert "2 machines have runs on both sides, which hold several machines" in err
