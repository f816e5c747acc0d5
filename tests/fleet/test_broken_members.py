"""A device whose files are lost or broken is missing with a reason; the others go on."""

import pytest
from made_up_fleet import FakeCluster, nodes, passed

from guidelines.fleet.folder import Folder, resumed
from guidelines.fleet.members import members_of
from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.plan import Plan
from guidelines.fleet.spreading import NOT_HELD, Lost, Spreading


@pytest.fixture
def begun(tmp_path):
    def begun(*names, each="node"):
        folder = Folder(tmp_path / "fleet", Plan(("G1",), passes=3, each=each, suite="0.1"))
        folder.begin(names)
        return folder

    return begun


def measured(folder, gpus=0, **how):
    """The states or reasons of all devices, and the passes that were begun."""
    cluster = FakeCluster(nodes(*folder.plan.nodes, gpus=gpus), **how)
    members = members_of(folder, cluster.nodes(), cluster)
    spreading = Spreading(
        cluster=cluster, store=folder, members=members, arguments=("G1",), passes=3, timeout_s=9
    )
    for _ in spreading.steps():
        pass
    assert not cluster.held
    return {member.name: member.reason or member.state for member in members}, cluster.log


def test_a_broken_saved_file(begun):
    folder = begun("n1", "n2")
    states, _ = measured(folder, deals={("n1", 2): PassResult(journal=b"x", saved=b"")})
    assert states == {"n1": "its file of pass 2 cannot be read", "n2": "done"}
    assert measured(resumed(folder.path)) == ({"n1": "done", "n2": "done"}, [("n1", 2), ("n1", 3)])


def test_a_journal_that_is_lost(begun):
    folder = begun("n1", "n2")
    measured(folder, deals={("n1", 2): Lost("is gone"), ("n2", 3): Lost("is gone")})
    (path,) = (folder.path / "journals").glob("n1-*")
    path.unlink()
    states, log = measured(resumed(folder.path))
    assert states == {"n1": f"{path}: cannot be read: No such file or directory", "n2": "done"}
    assert log == [("n2", 3)]


def test_a_last_pass_that_is_unfinished_is_measured_again(begun):
    folder = begun("n1", "n2")
    states, _ = measured(folder, deals={("n1", 3): passed(2, 3)})
    reason = "pass 3, the last, came back unfinished; --resume measures it again"
    assert states == {"n1": reason, "n2": "done"}
    assert measured(resumed(folder.path)) == ({"n1": "done", "n2": "done"}, [("n1", 3)])


def test_a_device_whose_saved_file_was_deleted_is_measured_anew(begun):
    folder = begun("n1", "n2")
    measured(folder)
    folder.saved_file("n1").unlink()
    anew = [("n1", 1), ("n1", 2), ("n1", 3)]
    assert measured(resumed(folder.path)) == ({"n1": "done", "n2": "done"}, anew)
    assert resumed(folder.path).whole == {"n1", "n2"}


def test_a_device_that_has_all_passes_but_lacks_a_part_is_measured_again(begun):
    folder = begun("n1")
    folder.keep("n1", 2, passed(2, 3))
    (folder.path / "journals" / "n1-pass-2.jsonl").rename(folder.path / "journals" / "n1-pass-3.jsonl")
    folder.passes["n1"] = 3
    folder.write()
    assert measured(resumed(folder.path)) == ({"n1": "done"}, [("n1", 3)])


@pytest.mark.parametrize("number", [1, 2])
def test_a_gpu_that_is_not_there_any_more_is_missing(begun, number):
    folder = begun("n1", each="device")
    measured(folder, gpus=2, deals={("n1-gpu5", number): Lost("is gone")})
    assert measured(resumed(folder.path), gpus=1) == ({"n1-gpu4": "done", "n1-gpu5": NOT_HELD}, [])


def test_a_gpu_that_is_whole_need_not_be_there(begun):
    folder = begun("n1", each="device")
    measured(folder, gpus=2)
    assert measured(resumed(folder.path), gpus=1) == ({"n1-gpu4": "done", "n1-gpu5": "done"}, [])


def test_a_name_that_is_too_long_for_a_file(begun):
    name = "x" * 300
    states, log = measured(begun(name, "n1"))
    assert states == {name: "its name is too long for a file", "n1": "done"}
    assert [device for device, _ in log] == ["n1"] * 3
