from dataclasses import replace

import pytest

from guidelines.analysis.machines.twins import all_twins
from guidelines.results.model import Machine

BUSY = "other processes used 1.95 of 2 processors"
UNUSUAL = "the baseline took 0.65 times its usual time"
VARIANTS = {"g=1": 1.0, "g=2": 1.2, "g=8": 2.0}


@pytest.fixture
def node(entry_of_passes, results):
    """A machine that is busy in the passes `disturbed`, in the measurements of `variants`.

    In others its baseline took an unusual time; `told` gives one more reason for passes by their numbers.
    """

    def node(name, disturbed, passes=5, variants=tuple(VARIANTS), unusual=(), told=None):
        entries = []
        for variant, slowdown in VARIANTS.items():
            made = entry_of_passes(variant, [slowdown] * passes)
            of_passes = []
            for each in made.passes:
                reasons = [UNUSUAL] if each.number in unusual else []
                if told and each.number in told:
                    reasons.append(told[each.number].format(variant=variant))
                if each.number in disturbed and variant in variants:
                    reasons.append(BUSY)
                circumstances = replace(each.circumstances, disturbed=tuple(reasons))
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
    told = {
        number: f"the slow-down of {{variant}} drifted by a factor of 1.{number}" for number in range(1, 6)
    }
    drifting = node("a", {}, told=told)
    twins = twins_of(drifting, node("b", {}), node("c", {}))
    assert [twin.is_named for twin in twins] == [True, False, False]


def test_fewer_than_three_passes_name_none(node):
    others = [node(f"node{k}", {}, passes=2) for k in range(50)]
    assert named(node("busy", {1, 2}, passes=2), *others) == []


def test_a_pass_is_disturbed_if_most_of_its_measurements_are(node):
    others = node("a", {}), node("b", {})
    assert named(node("busy", {1, 2, 3, 4, 5}, variants=("g=1",)), *others) == []
    assert named(node("busy", {1, 2, 3, 4, 5}, variants=("g=1", "g=8")), *others) == ["busy"]


def test_a_rarer_kind_hides_no_frequent_one(node):
    """Unusual times are less likely by chance, but are in no more than half of the passes."""
    busy = node("busy", {1, 2, 3, 4, 5, 6}, passes=10, unusual={6, 7, 8, 9, 10})
    others = [node(f"node{k}", {1} if k < 5 else {}, passes=10) for k in range(11)]
    twins = twins_of(busy, *others)
    assert twins[0].disturbed.own == (6, 10)
    assert named(busy, *others) == ["busy"]


def test_a_second_kind_is_a_second_chance_to_be_wrong(node):
    """By chance 2 in 1,000 times: named at 1 % of 3 machines, not at that of 3 machines and 2 kinds."""
    busy, other = node("busy", {1, 2, 3, 4, 5}), node("a", {2})
    assert named(busy, other, node("b", {})) == ["busy"]
    assert named(busy, other, node("b", {}, unusual={3})) == []


def test_a_kind_that_disturbs_no_pass_is_none(node):
    odd = node("odd", {}, unusual={1, 2, 3, 4, 5})
    assert named(odd, node("a", {}, unusual={2}), node("b", {3}, variants=("g=1",))) == ["odd"]


@pytest.mark.parametrize(
    "reasons",
    [
        [
            f"the device's clock was held down: {each}"
            for each in ("heat (hardware)", "heat (software), brake")
        ],
        [f"the machine was set up otherwise ({each}) than in most passes (b)" for each in ("a", "c")],
    ],
)
def test_reasons_that_name_settings_are_of_one_kind(node, reasons):
    told = {number: reasons[number % 2] for number in range(1, 6)}
    assert named(node("hot", {}, told=told), node("a", {}), node("b", {})) == ["hot"]


def test_of_kinds_that_chance_explains_the_most_frequent_counts(node):
    """What disturbs all of them is shown, and not the 0 passes of a kind that another machine has."""
    everywhere = {1, 2, 3, 4, 5}
    first, second, _ = twins_of(
        *(node(name, everywhere, unusual={1} if name == "a" else ()) for name in "abc")
    )
    assert second.disturbed.own == (5, 5)
    assert not first.is_named
