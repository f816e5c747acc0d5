from dataclasses import replace
from math import log

import numpy as np
import pytest

from guidelines.analysis.machines.twins import all_twins
from guidelines.analysis.merge import merged
from guidelines.results.model import Machine

NODE = Machine(name="node", cpu_model="a processor", cpu_count="16", torch="2.13.0")
VARIANTS = {"g=1": 1.0, "g=2": 1.2, "g=8": 2.0}


@pytest.fixture
def node(entry_of_passes, results):
    """A machine with a factor on the times of each pass, and one on the last slow-down, `costlier`."""

    def node(name, factors, *, costlier=1.0, machine=NODE, seed=0, **changes):
        rng = np.random.default_rng([seed, *name.encode()])
        entries = []
        for variant, slowdown in VARIANTS.items():
            costs = costlier if variant == "g=8" else 1.0
            slowdowns = slowdown * costs * np.exp(rng.normal(0, 0.005, len(factors)))
            slowdowns = [1.0] * len(factors) if variant == "g=1" else slowdowns.tolist()
            made = entry_of_passes(variant, slowdowns, **changes)
            passes = []
            for each, factor in zip(made.passes, factors, strict=True):
                seconds = 0.01 * factor * each.slowdown.estimate
                passes.append(replace(each, seconds_per_call=seconds))
            entries.append(replace(made, passes=tuple(passes)))
        return results(*entries, machine=replace(machine, name=name), source=f"{name}.json")

    return node


@pytest.fixture
def fleet(node):
    """Nodes of one kind: all drift alike, each pass of each node is a process of its own."""

    def fleet(seed, nodes=12, passes=5, slower=None):
        rng = np.random.default_rng(seed)
        drift = rng.normal(0, 0.05, passes)
        made = []
        for number in range(nodes):
            factors = np.exp(drift + rng.normal(0, 0.01, passes)) * (slower or {}).get(number, 1.0)
            made.append(node(f"node{number}", factors.tolist(), seed=seed))
        return made

    return fleet


def named(machines):
    return [
        twin.results.machine.name
        for twins in all_twins(machines).several
        for twin in twins.machines
        if twin.is_named
    ]


def test_a_node_that_is_6_percent_slower_is_named_among_its_11_twins(fleet):
    assert sum(named(fleet(seed, slower={7: 1.06})) == ["node7"] for seed in range(10)) >= 9


def test_none_is_named_among_equals(fleet):
    assert sum(bool(named(fleet(seed))) for seed in range(20)) <= 1


def test_of_a_slower_node_the_effects_are_like_those_of_its_twins(fleet):
    (twins,) = all_twins(fleet(0, slower={7: 1.1})).several
    slow = twins.machines[7]
    assert (twins.number, twins.passes, twins.alone) == (12, 5, ())
    assert slow.time.ratio.low > 1.02
    assert not slow.effects["G2"].is_named
    assert not slow.is_open


def test_a_node_whose_guideline_costs_more_is_named_for_its_effect_alone(node):
    machines = [node(f"node{k}", [1.0] * 5, costlier=1.2 if k == 2 else 1.0) for k in range(8)]
    assert named(machines) == ["node2"]
    (twins,) = all_twins(machines).several
    assert twins.machines[2].effects["G2"].ratio.estimate == pytest.approx(1.1, abs=0.01)  # of g=2 and g=8


def test_machines_that_differ_in_more_than_their_name_are_no_twins(node):
    other = replace(NODE, cpu_count="64")
    machines = [node(f"a{k}", [1.0] * 5) for k in range(3)]
    machines += [node(f"b{k}", [2.0] * 5, machine=other) for k in range(3)]
    kinds = all_twins(machines).several
    assert [twins.kind.machine.cpu_count for twins in kinds] == ["16", "64"]
    assert named(machines) == []


def test_hosts_without_a_name_are_twins_too(node):
    machines = []
    for k in range(3):
        results = node(f"node{k}", [1.0] * 5)
        machines.append(replace(results, machine=replace(results.machine, name="", node=f"host{k}")))
    assert [twins.number for twins in all_twins(machines).several] == [3]


def test_of_two_nodes_it_is_known_that_they_differ_but_not_which_is_odd(node):
    steady, slow = node("a", [1.0, 1.01, 0.99, 1.0, 1.0]), node("b", [1.1, 1.12, 1.09, 1.1, 1.1])
    found = all_twins([steady, slow])
    (pair,) = found.pairs
    assert (found.several, pair.differs) == ((), True)
    assert log(pair.ratio.estimate) == pytest.approx(log(1.1), abs=0.01)
    assert not all_twins([steady, node("c", [1.01, 1.0, 0.99, 1.0, 1.0])]).pairs[0].differs


def test_a_single_pass_names_nobody(node):
    machines = [node(f"node{k}", [2.0 if k == 1 else 1.0]) for k in range(5)]
    (twins,) = all_twins(machines).several
    assert (twins.passes, named(machines)) == (1, [])
    assert twins.machines[1].time.ratio.low is None


def test_a_lost_pass_is_left_out_of_a_comparison(node):
    machines = [node(f"node{k}", [1.0, 3.0, 1.0, 1.0, 1.0]) for k in range(5)]
    lacking = node("node5", [1.0, 1.0, 1.0])  # passes 1 to 3
    assert named([*machines[:4], lacking]) == []


def test_a_node_that_measured_other_networks_is_not_compared(node):
    machines = [node(f"node{k}", [1.0] * 5) for k in range(4)]
    other = node("node9", [1.0] * 5, widths=(999,))
    (twins,) = all_twins([*machines, other]).several
    assert [each.machine.name for each in twins.alone] == ["node9"]
    assert twins.number == 4


def test_passes_of_merged_runs_are_different_ones(node):
    runs = []
    for k in range(3):
        first, second = node(f"node{k}", [1.0] * 5), node(f"node{k}", [2.0] * 5, seed=1)
        runs.append(merged([first, replace(second, sources=("other.json",), fingerprint=(k,))]))
    (twins,) = all_twins(runs).several
    assert twins.passes == 10
    assert named(runs) == []
