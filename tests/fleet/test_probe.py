import sys
from dataclasses import replace
from importlib.metadata import version

import pytest
from made_up_fleet import FACTS

from guidelines import __version__
from guidelines.fleet.probe import installed, look, unfit

MIB = 2**20


def test_a_node_tells_what_it_has():
    facts = look()
    assert facts.python == ".".join(map(str, sys.version_info[:3]))
    assert (facts.torch, facts.suite, facts.lacking) == (version("torch"), __version__, ())
    assert facts.disk_bytes > 0
    assert installed("no-such-package") == ""


def test_alike_nodes_are_all_fit():
    assert unfit({"n1": FACTS, "n2": replace(FACTS, lacking=("pytest",)), "n3": FACTS}) == {}
    assert unfit({}) == {}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"torch": ""}, "has no torch in its Python 3.11.7"),
        ({"torch": "2.7.0"}, "has torch 2.7.0, most nodes have 2.6.0"),
        ({"suite": "0.0.9"}, f"has guidelines 0.0.9, here is {__version__}"),
        ({"disk_bytes": 3 * MIB}, "its disk is full: 3 MiB are free in /tmp"),
        ({"memory_bytes": 99 * MIB}, "its memory is full: 99 MiB are free"),
    ],
)
def test_a_node_that_cannot_measure_like_the_others_is_named_with_its_reason(changed, reason):
    assert unfit({"n1": FACTS, "n2": replace(FACTS, **changed), "n3": FACTS}) == {"n2": reason}


def test_room_in_memory_may_be_unknown():
    assert unfit({"n1": replace(FACTS, memory_bytes=None)}) == {}
