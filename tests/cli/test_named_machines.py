import json
import re
import shutil
from pathlib import Path

import pytest

CI_RUNS = Path(__file__).parent / "ci_hostnames"
HOSTS = ("fv-az1436-12", "fv-az77-903", "fv-az5-1")


@pytest.fixture(autouse=True)
def ci_runs(tmp_path, monkeypatch):
    """The folders `before` and `after` of CI runs, each on a new host, in the folder to stand in."""
    shutil.copytree(CI_RUNS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_hosts_that_keep_two_folders_apart_are_named_with_the_remedy(printed):
    assert printed("compare", "before", "after", "--fail-on", "stronger") == (
        2,
        "",
        "guidelines: --fail-on needs two sides, these are 3 machines; hosts fv-az1436-12, fv-az77-903, "
        "fv-az5-1 differ by nothing but their name: if they count as one machine, give it a name by "
        "NAME=PATH, or by --machine when measuring\n",
    )


def test_many_hosts_are_counted(write_run, printed):
    files = [write_run(f"{k}.json", 2.0, node=f"host-{k}", median_s=1.0 + k) for k in range(6)]
    _, _, err = printed("compare", *files, "--fail-on", "slower")
    assert "; hosts host-0, host-1, host-2 and 3 more differ by nothing but their name: " in err


def test_machines_that_differ_in_more_than_their_host_have_no_such_remedy(write_run, printed):
    files = []
    for k in range(3):
        files.append(write_run(f"{k}.json", 2.0, node=f"host-{k}"))
        content = json.loads(Path(files[-1]).read_text())
        content["machine_info"]["guidelines"]["cpu_model"] = f"processor {k}"
        Path(files[-1]).write_text(json.dumps(content))
    _, _, err = printed("compare", *files, "--fail-on", "slower")
    assert err == "guidelines: --fail-on needs two sides, these are 3 machines\n"


def test_hosts_on_both_sides_are_named_too(write_run, printed_line):
    for folder in ("one", "two"):
        for node in ("x", "y"):
            write_run(f"{folder}/{node}.json", 2.0, node=node)
    _, _, err = printed_line("compare", "one", "two")
    assert "2 machines have runs on both sides" in err
    assert "; hosts x, y differ by nothing but their name: " in err


def test_two_named_folders_are_two_sides(printed_line):
    status, out, err = printed_line("compare", "before=before", "after=after", "--fail-on", "stronger")
    assert status == 0
    assert err.splitlines()[-1] == (
        "guidelines: Gate passed, but decided NONE of 3 slow-downs: stronger by more than 3 %: "
        "0 of 3 slow-downs (3 undecided)"
    )
    assert "A = before/0.json and 1 more: Intel(R) Xeon(R) Processor, machine before, Linux" in out
    assert "B = after/2.json: Intel(R) Xeon(R) Processor, machine after, Linux" in out
    assert "differ in machine before | after" in out
    assert not [host for host in HOSTS if host in out]


def test_two_folders_of_one_name_are_two_sides_of_one_machine(printed_line):
    status, out, _ = printed_line("compare", "ci=before", "ci=after")
    assert status == 0
    assert "A = before/0.json and 1 more" in out
    assert "A and B are the same machine" in out


def test_named_runs_are_reported_as_one_machine(printed_line):
    _, unnamed, _ = printed_line("report", "before")
    _, out, _ = printed_line("report", "ci=before")
    assert (unnamed.count("G2 x1 undecided"), out.count("G2 x1 undecided")) == (2, 1)
    assert "before/0.json and 1 more: Intel(R) Xeon(R) Processor, machine ci, " in out
    assert re.search(r"\d+ rounds in 2 runs", out)


def test_a_matrix_names_the_machines_by_their_names(printed_line):
    files = ("old=before", "new=after", "third=before/0.json")
    _, out, _ = printed_line("compare", *files)
    assert "3 machines or conditions, 4 runs" in out
    for name in ("old", "new", "third"):
        assert f"Intel(R) Xeon(R) Processor, machine {name}" in out


def test_two_files_of_one_name_are_runs_of_one_side(printed_line):
    _, out, _ = printed_line("compare", "old=before/0.json", "old=before/1.json", "new=after/2.json")
    assert "A = before/0.json and 1 more" in out
    assert "B = after/2.json" in out


def test_records_hold_the_name(printed):
    _, out, _ = printed("report", "ci=before", "--format", "csv")
    head, first, *_ = out.splitlines()
    assert head.startswith("machine,node,system,")
    assert ",devices,device_memory," in head
    assert first.startswith("ci,,Linux x86_64,")
    _, out, _ = printed("report", "ci=before", "--format", "json")
    assert {record["machine"] for record in json.loads(out)["records"]} == {"ci"}


def test_a_picture_is_of_a_named_machine(printed, ci_runs):
    status, _, _ = printed("plot", "old=before", "new=after", "-o", "pictures")
    assert status == 0
    assert "> old</text>" in (ci_runs / "pictures" / "g2.svg").read_text()


@pytest.mark.parametrize("command", ["report", "compare", "plot"])
def test_a_name_or_a_path_that_is_missing_is_one_line(printed, command):
    more = ("-o", "folder") if command == "plot" else ()
    for argument, message in {
        "=before": "=before: '' is no name of a machine: give printable text, such as ci",
        "ci=": "ci=: names no file or folder; give NAME=PATH",
        "ci=nowhere": "nowhere: cannot be read: No such file or directory",
    }.items():
        assert printed(command, argument, *more) == (2, "", f"guidelines: {message}\n")


def test_the_output_may_not_be_a_file_that_was_read_under_a_name(printed):
    status, _, err = printed("report", "ci=before", "-o", "before/new.json")
    assert (status, err) == (2, "guidelines: before/new.json: is among the files that were read\n")


def test_a_file_whose_name_holds_an_equals_sign_is_read(write_run, printed_line):
    write_run("lr=0.1.json", 2.0)
    _, out, _ = printed_line("report", "lr=0.1.json")
    assert "lr=0.1.json: a processor, host here" in out
