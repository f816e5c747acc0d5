from dataclasses import replace

import pytest
from made_up_fleet import nodes

from guidelines.fleet.nodes import Host, chosen, listed, names, of_one_machine
from guidelines.fleet.problem import FleetError

NODES = nodes("gpu1", "gpu2", "gpu17", "cpu1")


def names_of(expression):
    return [node.name for node in chosen(NODES, expression)]


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("*", ["gpu1", "gpu2", "gpu17", "cpu1"]),
        ("gpu?", ["gpu1", "gpu2"]),
        ("gpu*, !gpu17", ["gpu1", "gpu2"]),
        ("!gpu*", ["cpu1"]),
        ("10.0.0.3,gpu2", ["gpu2", "cpu1"]),
        ("!gpu2,gpu[12]", ["gpu1"]),
    ],
)
def test_nodes_are_chosen_by_patterns_of_names_and_addresses(expression, left):
    assert names_of(expression) == left


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("gpu1,tpu*", "--nodes tpu*: no such node; possible: gpu1, gpu2, gpu17, cpu1"),
        ("!tpu1", "--nodes !tpu1: no such node; possible: gpu1, gpu2, gpu17, cpu1"),
        ("gpu1,!gpu*", "--nodes gpu1,!gpu*: leaves out every node; possible: gpu1, gpu2, gpu17, cpu1"),
    ],
)
def test_a_pattern_without_a_node_is_an_error_that_names_the_nodes(expression, error):
    with pytest.raises(FleetError) as raised:
        chosen(NODES, expression)
    assert str(raised.value) == error


def test_only_the_first_of_many_nodes_are_named():
    assert (
        listed(nodes(*(f"n{number}" for number in range(10)))) == "n0, n1, n2, n3, n4, n5, n6, n7 and 2 more"
    )


def test_nodes_that_share_an_address_are_named():
    assert of_one_machine(NODES) == []
    alike = [replace(node, address="10.0.0.9") for node in NODES[:2]]
    (line,) = of_one_machine([*alike, *NODES[2:]])
    assert line == "gpu1, gpu2 have one address, 10.0.0.9: nodes of one machine disturb each other"


def test_a_node_has_the_name_of_its_host_unless_others_have_it():
    hosts = [Host("a1", "host1", "10.0.0.1"), Host("b1", "host2", "n2"), Host("c1", "host2", "n3")]
    assert names(hosts) == {"a1": "host1", "b1": "n2", "c1": "n3"}
    alike = [Host("0123456789", "host", "10.0.0.1"), Host("abcdefghij", "host", "10.0.0.1")]
    assert names(alike) == {"0123456789": "host-012345", "abcdefghij": "host-abcdef"}


@pytest.mark.parametrize(
    ("hosts", "named"),
    [
        ([("1", "h", "gpu1"), ("2", "h", "gpu2"), ("3", "gpu1", "z")], ["h-1", "gpu2", "gpu1"]),
        ([("1", "h", "A"), ("2", "H", "a")], ["h-1", "H-2"]),
        ([("abcdef1", "h", ""), ("abcdef2", "h", "")], ["h-abcdef1", "h-abcdef2"]),
        ([("abcdef1", "h", ""), ("xyz", "h", ""), ("3", "H-ABCDEF", "")], ["h-abcdef1", "h-xyz", "H-ABCDEF"]),
        ([("1", "", ""), ("2", "", "n2")], ["node-1", "n2"]),
    ],
)
def test_no_two_nodes_have_one_name(hosts, named):
    assert list(names([Host(*each) for each in hosts]).values()) == named
