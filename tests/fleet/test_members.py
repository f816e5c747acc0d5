from dataclasses import replace

import pytest
from made_up_fleet import FACTS, FakeCluster, nodes

from guidelines.fleet.folder import Folder
from guidelines.fleet.members import members_of
from guidelines.fleet.plan import Plan
from guidelines.fleet.probe import installed


@pytest.fixture
def members(tmp_path):
    """The states and reasons of the members of a fleet that was begun on three nodes."""

    def members(there, each="node", whole=(), **facts):
        plan = Plan(("G1",), passes=2, each=each, suite="0.1", nodes=("n1", "n2", "n3"))
        cluster = FakeCluster(there, facts=facts)
        found = members_of(Folder(tmp_path, plan, whole=set(whole)), there, cluster)
        return {member.name: member.reason or member.state for member in found}, cluster.packages

    return members


def test_nodes_that_cannot_measure_are_missing_from_the_beginning(members):
    states, _ = members(nodes("n1", "n2", "new"), n2=replace(FACTS, torch=""))
    assert states == {"n1": "waits", "n2": "has no torch in its Python 3.11.7", "n3": "is not in the cluster"}


def test_a_node_that_does_not_tell_what_it_has_is_missing(members):
    states, _ = members(nodes("n1", "n2", "n3"), n3="did not answer in 120 s")
    assert states["n3"] == "did not answer in 120 s"


def test_a_node_that_is_whole_need_not_be_there(members):
    states, _ = members(nodes("n1", "n2"), whole=["n3"])
    assert states == {"n1": "waits", "n2": "waits", "n3": "waits"}


def test_a_node_gets_the_packages_that_it_lacks_as_they_are_here(members):
    _, packages = members(nodes("n1", "n2", "n3"), n2=replace(FACTS, lacking=("tabulate",)))
    (of_node,) = packages.values()
    assert list(packages) == ["id of n2"]
    assert of_node[0] == f"pytest=={installed('pytest')}"
    assert len(of_node) == 4


def test_each_gpu_is_a_member(members):
    there = [*nodes("n1", gpus=2), *nodes("n2", "n3")]
    states, _ = members(there, each="device")
    assert states == {
        "n1-gpu?": "waits",
        "n2": "has no GPU that the cluster knows",
        "n3": "has no GPU that the cluster knows",
    }
