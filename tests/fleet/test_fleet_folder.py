import json
from dataclasses import replace

import pytest
from made_up_fleet import passed

from guidelines.fleet.folder import Folder, check_new, check_same, resumed
from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.plan import PLAN, Plan
from guidelines.fleet.problem import FleetError, MemberError
from guidelines.results.files import find

A_PLAN = Plan(arguments=("G1", "-k", "x1 and x2"), passes=2, each="node", suite="0.1")


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "fleet", A_PLAN)
    folder.begin(["n1", "n2"])
    return folder


def test_results_stay_when_the_fleet_is_cut_short(folder):
    folder.keep("n1", 1, passed(1, 2))
    folder.keep("n2", 1, passed(1, 2))
    folder.keep("n1", 2, passed(2, 2))
    again = resumed(folder.path)
    assert again == folder
    assert (again.passes, again.whole) == ({"n1": 2, "n2": 1}, {"n1"})
    assert again.plan == replace(A_PLAN, nodes=("n1", "n2"))
    assert (again.journal_of("n1"), again.journal_of("n2")) == (b"journal 2", b"journal 1")
    assert again.journal_of("n3") == b""


def test_the_folder_can_be_given_to_commands_that_read_saved_files(folder):
    folder.keep("n1", 1, passed(1, 2))
    folder.keep("rack/n2", 1, passed(1, 2))
    assert [path.name for path in find([folder.path])] == ["n1.json", "rack%2Fn2.json"]


def test_a_pass_counts_only_when_its_files_are_all_there(folder, monkeypatch):
    folder.keep("n1", 1, passed(1, 2))

    def fail(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "write", fail)
    with pytest.raises(KeyboardInterrupt):
        folder.keep("n1", 2, passed(2, 2))
    again = resumed(folder.path)
    assert (again.passes, again.whole, again.journal_of("n1")) == ({"n1": 1}, set(), b"journal 1")


def test_a_folder_that_holds_something_is_no_folder_for_a_new_fleet(folder, tmp_path):
    with pytest.raises(FleetError) as raised:
        check_new(folder.path)
    held, rest = f"{folder.path}: holds", "; --resume goes on, or give another folder"
    assert str(raised.value) == f"{held} a fleet that has measured nothing yet{rest}"
    folder.keep("n1", 1, passed(1, 2))
    with pytest.raises(FleetError) as raised:
        check_new(folder.path)
    assert str(raised.value) == f"{held} results of a fleet{rest}"
    with pytest.raises(FleetError, match=r"is not empty; give a new folder$"):
        check_new(tmp_path)
    with pytest.raises(FleetError, match=r"cannot be written: No such file or directory$"):
        check_new(tmp_path / "no" / "fleet")
    check_new(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_fleet_is_resumed_with_what_it_was_begun_with(folder):
    check_same(folder, arguments=None, passes=None, each=None, suite="0.1")
    check_same(folder, arguments=A_PLAN.arguments, passes=2, each="node", suite="0.1")
    with pytest.raises(FleetError) as raised:
        check_same(folder, arguments=("G2",), passes=3, each=None, suite="0.2")
    assert str(raised.value) == (
        f"{folder.path}: a fleet cannot change what it measures; begun with arguments G1 -k 'x1 and x2', "
        "now G2; passes 2, now 3; suite 0.1, now 0.2; leave that out, or begin another fleet in another "
        "folder"
    )


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"guidelines_fleet": 2}'])
def test_a_plan_that_cannot_be_read_is_an_error(tmp_path, content):
    with pytest.raises(FleetError, match=f"nothing to resume, there is no {PLAN}$"):
        resumed(tmp_path)
    (tmp_path / PLAN).write_text(content)
    with pytest.raises(FleetError, match=r"is no plan of a fleet that this version reads$"):
        resumed(tmp_path)


def test_a_journal_that_is_gone_is_an_error(folder):
    folder.keep("n1", 1, passed(1, 2))
    (path,) = (folder.path / "journals").iterdir()
    path.unlink()
    with pytest.raises(FleetError, match=r"n1-pass-1.jsonl: cannot be read: No such file"):
        folder.journal_of("n1")


def test_only_the_last_journal_is_kept(folder):
    for number in (1, 2):
        folder.keep("n1", number, passed(number, 2))
    assert [path.name for path in (folder.path / "journals").iterdir()] == ["n1-pass-2.jsonl"]
    assert json.loads((folder.path / "n1.json").read_text())["benchmarks"] == [2]


def test_each_device_has_files_of_its_own(folder):
    names = ["gpu/1", "gpu_1", "gpu 1", "gpu%2F1", "gpu:1", ".", "..", "ü", "u\u0308"]
    for index, name in enumerate(names):
        folder.keep(name, 1, PassResult(journal=b"%d" % index, saved=passed(1, 2).saved))
    assert [folder.journal_of(name) for name in names] == [b"%d" % index for index in range(len(names))]
    assert len(find([folder.path])) == len(names)


@pytest.mark.parametrize("name", ["node-7.rack_2.example.org", "GPU1", "n1-gpu0", "10.0.0.1"])
def test_a_usual_name_is_that_of_its_file(folder, name):
    assert folder.saved_file(name).name == f"{name}.json"


def test_a_name_that_is_too_long_for_a_file_is_a_reason(folder):
    folder.add("x" * 230)
    with pytest.raises(MemberError, match=r"^its name is too long for a file$"):
        folder.add("x" * 231)
    with pytest.raises(MemberError):
        folder.add("ü" * 40)


@pytest.mark.parametrize("saved", [b"", b"{", b"[]", b"{}", b'{"guidelines": 1}', b"\xff", b"[" * 100_000])
def test_a_saved_file_that_cannot_be_read_is_a_reason_and_nothing_is_kept(folder, saved):
    folder.keep("n1", 1, passed(1, 2))
    with pytest.raises(MemberError, match=r"^its file of pass 2 cannot be read$"):
        folder.keep("n1", 2, PassResult(journal=b"x", saved=saved))
    assert resumed(folder.path).passes == {"n1": 1}
    assert folder.journal_of("n1") == b"journal 1"
    assert folder.saved_file("n1").read_bytes() == passed(1, 2).saved


def test_a_last_pass_that_is_unfinished_does_not_count(folder):
    folder.keep("n1", 1, passed(1, 2))
    with pytest.raises(MemberError, match=r"^pass 2, the last, came back unfinished; --resume measures it"):
        folder.keep("n1", 2, passed(1, 2))
    again = resumed(folder.path)
    assert (again.passes, again.whole, again.journal_of("n1")) == ({"n1": 1}, set(), b"journal 1")


@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_a_whole_device_whose_saved_file_is_gone_has_no_pass(folder, content):
    folder.keep("n1", 1, passed(1, 2))
    folder.keep("n1", 2, passed(2, 2))
    path = folder.saved_file("n1")
    path.unlink() if content is None else path.write_bytes(content)
    again = resumed(folder.path)
    assert (again.is_whole("n1"), again.passes_of("n1"), again.journal_of("n1")) == (False, 0, b"")
    again.keep("n1", 1, passed(1, 2))
    again.keep("n1", 2, passed(2, 2))
    assert resumed(folder.path) == folder


def test_a_pass_that_is_kept_again_has_its_journal(folder):
    for _ in range(2):
        folder.keep("n1", 1, passed(1, 2))
    assert folder.journal_of("n1") == b"journal 1"


def test_a_device_without_a_pass_is_known(folder):
    folder.add("n1")
    again = resumed(folder.path)
    assert (again.devices(), again.passes_of("n1"), again.journal_of("n1")) == (("n1",), 0, b"")


def test_an_empty_journal_is_a_reason(folder):
    folder.keep("n1", 1, passed(1, 2))
    (path,) = (folder.path / "journals").iterdir()
    path.write_bytes(b"")
    with pytest.raises(MemberError, match=r"n1-pass-1.jsonl: cannot be read: it is empty$"):
        folder.journal_of("n1")
