from dataclasses import replace

import pytest

from guidelines.analysis.machines.twins import all_twins
from guidelines.results.model import Machine

BUSY = "other processes used 1.95 of 2 processors"
UNUSUAL = "the baseline took 0.65 times its usual time"
VARIANTS = {"g=1": 1.0, "g=2": 1.2, "g=8": 2.0}


@pytest.fixture
def node(entry_of_passes, results):
    """A machine that is disturbed in some passes: in the measurements of `variants`.

    In others its baseline took an unusual time, or each slow-down drifted.
    """

    def node(name, disturbed, passes=5, variants=tuple(VARIANTS), unusual=(), drifting=()):
        entries = []
        for variant, slowdown in VARIANTS.items():
            made = entry_of_passes(variant, [slowdown] * passes)
            of_passes = []
            for each in made.passes:
                reasons = (BUSY,) if each.number in disturbed and variant in variants else ()
                if each.number in unusual:
                    reasons = (UNUSUAL, *reasons)
                if each.number in drifting:
                    reasons = (f"the slow-down of {variant} drifted by a factor of 1.{each.number}", *reasons)
                circumstances = replace(each.circumstances, disturbed=reasons)
                of_passes.append(replace(each, circumstances=circumstances))
            entries.append(replace(made, passes=tuple(of_passes)))
        return results(*entries, machine=Machine(name=name, cpu_model="a processor"), source=f"{name}.json")

    return node


def twins_of(*machines):
    (twins,) = all_twins(machines).several
    return twins.machines


def named(*machines):
    return [twin.results.machine.name for twin in twins_of(*machines) if twin.disturbed.is_named]


def test_a_machine_that_is_disturbed_in_each_pass_is_named_with_what_disturbs_it(node):
    busy, first, second = twins_of(node("busy", {1, 2, 3, 4, 5}), node("a", {}), node("b", {2}))
    assert (busy.disturbed.own, busy.disturbed.twins) == ((5, 5), (1, 10))
    assert busy.disturbed.such_as == f"pass 1: {BUSY}"
    assert busy.is_named
    assert not busy.time.is_named
    assert not first.is_named
    assert not second.is_named


def test_what_disturbs_all_names_none(node):
    assert named(*[node(f"node{k}", {1, 2, 3, 4, 5}) for k in range(5)]) == []
    assert named(node("a", {1, 2, 3}), node("b", {2, 4}), node("c", {1, 5})) == []


def test_a_machine_that_is_disturbed_in_less_than_most_passes_is_not_named(node):
    others = [node(f"node{k}", {}) for k in range(50)]
    assert named(node("busy", {1, 2}), *others) == []
    assert named(node("busy", {1, 2, 3}), *others) == ["busy"]


def test_what_disturbs_twins_otherwise_hides_no_busy_machine(node):
    """Measured: a node beside busy processes, two equals whose times differ from process to process."""
    busy, *others = twins_of(
        node("busy", {1, 2, 3, 4, 5}, unusual={2}), node("a", {}, unusual={1, 4}), node("b", {}, unusual={3})
    )
    assert (busy.disturbed.own, busy.disturbed.twins) == ((5, 5), (0, 10))
    assert busy.disturbed.such_as == f"pass 1: {BUSY}"
    assert busy.is_named
    assert not any(twin.is_named for twin in others)


def test_each_kind_of_disturbance_counts_by_itself(node):
    """By turns, two kinds disturb all passes, but neither of them most."""
    others = [node(f"node{k}", {}) for k in range(50)]
    assert named(node("busy", {1, 3}, unusual={2, 4}), *others) == []
    assert named(node("busy", {1, 3, 5}, unusual={2, 4}), *others) == ["busy"]


def test_drifts_of_several_networks_are_of_one_kind(node):
    drifting = node("a", {}, drifting={1, 2, 3, 4, 5})
    twins = twins_of(drifting, node("b", {}), node("c", {}))
    assert [twin.is_named for twin in twins] == [True, False, False]


def test_fewer_than_three_passes_name_none(node):
    others = [node(f"node{k}", {}, passes=2) for k in range(50)]
    assert named(node("busy", {1, 2}, passes=2), *others) == []


def test_a_pass_is_disturbed_if_most_of_its_measurements_are(node):
    others = node("a", {}), node("b", {})
    assert named(node("busy", {1, 2, 3, 4, 5}, variants=("g=1",)), *others) == []
    assert named(node("busy", {1, 2, 3, 4, 5}, variants=("g=1", "g=8")), *others) == ["busy"]
