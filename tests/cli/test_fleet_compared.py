import csv
import io
import json

import pytest

NODES = 15


@pytest.fixture
def fleet(write_run, tmp_path):
    """A folder of many machines of one kind: the last one is twice as slow."""
    for k in range(NODES):
        write_run(f"fleet/{k:02}.json", 2.0, node=f"node{k:02}", rounds=40 + k)
    return tmp_path / "fleet"


def renamed(path, cpu_model):
    content = json.loads(path.read_text())
    content["machine_info"]["guidelines"]["cpu_model"] = cpu_model
    path.write_text(json.dumps(content))


def test_machines_of_one_kind_are_one_row_with_their_number(fleet, printed_line):
    status, out, _ = printed_line("compare", str(fleet))
    assert status == 0
    assert "15 machines of 1 kind, 15 runs" in out
    assert "a processor 1.999x 15 machines 2.00-2.00x holds 15" in out
    assert "15 of 15 rows are not shown" in out
    assert "one pass tells no interval, so that no machine is named; all lie within 2 %" in out
    assert "no machine differs" not in out


def test_the_files_of_a_folder_are_that_folder(fleet, printed):
    files = sorted(map(str, fleet.iterdir()))
    assert printed("compare", str(fleet), "--format", "csv") == printed("compare", *files, "--format", "csv")


def test_each_kind_has_a_row_and_no_machine_is_lost(fleet, printed_line):
    for number in (3, 4):
        renamed(fleet / f"{number:02}.json", "another processor")
    _, out, _ = printed_line("compare", str(fleet))
    assert "15 machines of 2 kinds, 15 runs" in out
    assert "another processor 1.999x 2 machines" in out


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "json", "html", "latex"])
def test_every_format_names_the_machines(fleet, printed, form):
    status, out, _ = printed("compare", str(fleet), "--format", form)
    assert status == 0
    assert ("node14" in out) == (form != "text")


def test_records_hold_every_machine_beside_its_twins(fleet, printed):
    _, out, _ = printed("compare", str(fleet), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["node"] for row in rows] == [f"node{k:02}" for k in range(NODES)]
    assert {row["twins"] for row in rows} == {"14"}
    assert {row["time_over_twins_differs"] for row in rows} == {"0"}


def test_what_cannot_be_compared_is_named_in_a_line_and_the_rest_goes_on(fleet, write_run, printed):
    (fleet / "broken.json").write_text("{")
    (fleet / "other.json").write_text('{"a": 1}')
    write_run("fleet/99.json", 2.0, node="node00", rounds=70, groups=9)
    status, out, err = printed("compare", str(fleet))
    assert status == 3
    assert "14 machines of 1 kind, 14 runs" in out
    broken, other, unlike = err.splitlines()
    assert broken.startswith(f"guidelines: skipped {fleet}/broken.json: is not valid JSON: ")
    assert other.startswith(f"guidelines: skipped {fleet}/other.json: is not a pytest-benchmark file")
    assert "is another network than in" in unlike


def test_a_gate_and_two_sides_lack_no_file(fleet, printed, write_run):
    (fleet / "broken.json").write_text("{")
    for arguments in ((str(fleet), "--fail-on", "slower"), (str(fleet), write_run("b.json", 2.0))):
        status, out, err = printed("compare", *arguments)
        assert (status, out) == (2, "")
        assert "broken.json: is not valid JSON" in err


def test_a_few_machines_have_a_row_each_and_their_twins_below(write_run, printed_line):
    files = [write_run(f"{k}.json", 2.0, node=f"node{k}", rounds=40 + k) for k in range(4)]
    _, out, _ = printed_line("compare", *files)
    assert "4 machines or conditions, 4 runs" in out
    assert "Machines beside their twins" in out
