from dataclasses import replace

import pytest

from guidelines.analysis.machines.disturbed import Disturbed
from guidelines.analysis.machines.kinds import kinds
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.machines.twins import AllTwins, Pair, Twin, Twins
from guidelines.analysis.same_machine import kind_of
from guidelines.report.formats.text import render
from guidelines.report.subjects import kinds as kinds_report
from guidelines.report.subjects.twins import kind_labels, sections, summary
from guidelines.results.model import Machine
from guidelines.spec.condition import Condition
from guidelines.stats.fisher import Count
from guidelines.stats.intervals import Estimate
from guidelines.stats.outlying import Deviation

KIND = kind_of(Machine(cpu_model="a processor"), Condition("cpu", "a processor"))


def ratio(estimate, low, high):
    return Estimate(estimate, low=low, high=high, confidence=0.999, rounds=5)


def deviation(estimate, low, high, is_named=False, margin=0.02, others=11):
    return Deviation(ratio(estimate, low, high), margin, 5, others, is_named)


ALIKE = deviation(1.0, 0.995, 1.005)
WIDE = deviation(1.0, 0.9, 1.1)
QUIET = Disturbed(own=Count(0, 5), twins=Count(0, 10), such_as="", is_named=False)


@pytest.fixture
def machine(entry, results):
    def machine(name):
        return results(
            entry("g=1", 1.0), entry("g=8", 2.0), machine=Machine(name=name, cpu_model="a processor")
        )

    return machine


@pytest.fixture
def shown(machine):
    """The section about machines of one kind, each with its time and its effects beside the others."""

    def shown(*beside, passes=5, pairs=(), disturbed=QUIET):
        twins = [Twin(machine(f"node{k}"), time, effects, QUIET) for k, (time, effects) in enumerate(beside)]
        twins[:1] = [replace(each, disturbed=disturbed) for each in twins[:1]]
        every = AllTwins((Twins(KIND, tuple(twins), (), passes),) if twins else (), pairs)
        return every, sections(every, kind_labels(every.kinds))

    return shown


def test_a_slow_machine_is_named_with_its_interval_and_what_is_like_its_twins(shown):
    slow = deviation(1.06, 1.04, 1.08, is_named=True)
    every, (section,) = shown((ALIKE, {}), (slow, {"G1": WIDE, "G2": ALIKE}), *[(ALIKE, {})] * 10)
    assert section.verdicts == ("node1: 6 % slower than its 11 twins [4, 8]; G2 like theirs; G1 unclear",)
    assert summary(every) == "1 machine differs from its twins: node1"


def test_the_twins_it_was_compared_with_are_counted(shown):
    slow = deviation(1.06, 1.04, 1.08, is_named=True, others=3)
    _, (section,) = shown((slow, {}), *[(ALIKE, {})] * 5)
    assert section.verdicts == ("node0: 6 % slower than 3 of its 5 twins [4, 8]",)


def test_a_fast_machine_is_faster(shown):
    fast = deviation(1 / 1.06, 1 / 1.08, 1 / 1.04, is_named=True)
    _, (section,) = shown((fast, {}), (ALIKE, {}), (ALIKE, {}))
    assert section.verdicts == ("node0: 6 % faster than its 2 twins [4, 8]",)


def test_a_machine_whose_guideline_differs_tells_its_time_too(shown):
    costly = deviation(1.12, 1.09, 1.15, is_named=True, margin=0.03)
    _, (section,) = shown((ALIKE, {"G1": ALIKE, "G2": costly}), (ALIKE, {}), (ALIKE, {}))
    (line,) = section.verdicts
    assert line == (
        "node0: G2's effect 12 % larger than that of its 2 twins [9, 15]; its time is 1.000 [0.995, 1.005] "
        "of theirs; G1 like theirs"
    )


def test_a_machine_that_is_as_fast_but_often_disturbed_is_named_with_a_reason(shown):
    reason = "pass 1: other processes used 1.95 of 2 processors"
    often = Disturbed(own=Count(5, 5), twins=Count(1, 10), such_as=reason, is_named=True)
    every, (section,) = shown(*[(ALIKE, {"G1": ALIKE})] * 3, disturbed=often)
    assert section.verdicts == (
        f"node0: disturbed in one way in 5 of 5 passes, its twins in 1 of 10 (such as {reason}); its time is "
        "1.000 [0.995, 1.005] of theirs; G1 like theirs",
    )
    assert summary(every) == "1 machine differs from its twins: node0"


def test_among_equals_nobody_is_named_and_the_line_says_so(shown):
    every, (section,) = shown(*[(ALIKE, {})] * 3)
    assert section.verdicts == ("no machine differs from its twins: 3 machines of 1 kind compared",)
    assert summary(every) == ""


def test_a_machine_that_may_differ_is_noted(shown):
    _, (section,) = shown((deviation(1.05, 0.95, 1.16), {}), (ALIKE, {}), (ALIKE, {}))
    assert any(
        note.startswith("a processor: may differ, more passes would tell: node0 (") for note in section.notes
    )


def test_a_single_pass_is_said_to_tell_no_interval(shown):
    times = [Deviation(Estimate(each, None, None, 0.999, 1), 0.02, 1, 2) for each in (1.0, 1.07, 1.0)]
    _, (section,) = shown(*[(time, {}) for time in times], passes=1)
    assert section.notes[0] == (
        "a processor: one pass tells no interval, so that no machine is named; the farthest from its 2 twins "
        "is node1, 7.0 % slower: try --passes 5"
    )


def test_of_two_that_differ_the_odd_one_is_not_known(shown, machine):
    pair = Pair(KIND, machine("a"), machine("b"), ratio(1 / 1.06, 1 / 1.08, 1 / 1.04))
    _, (section,) = shown(pairs=(pair,))
    assert section.verdicts == ("a: 6 % slower than b [4, 8]; which of the two is the odd one is not known",)
    _, none = shown(pairs=(replace(pair, ratio=ratio(1.0, 0.9, 1.1)),))
    assert none == ()


def test_a_document_of_kinds_fits_a_terminal_and_names_who_differs(machine):
    machines = [machine(f"node{k}") for k in range(20)]
    slow = deviation(1.06, 1.04, 1.08, is_named=True)
    compared = matrix(machines)
    (kind,) = of_kinds = kinds(compared)
    beside = tuple(Twin(each, slow if k == 3 else ALIKE, {}, QUIET) for k, each in enumerate(machines))
    twins = AllTwins((Twins(kind.kind, beside, (), 5),), ())
    text = render(kinds_report.document(of_kinds, compared, twins), 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "1 machine differs from its twins: node3" in text
    assert "19 of 20 rows are not shown" in text
    assert kind.standings["G2"].others == ()


def test_machines_with_another_finding_than_most_are_the_others(entry, results):
    names = Machine(name="x", cpu_model="a processor")
    machines = []
    for k in range(4):
        entries = [entry("g=1", 1.0), entry("g=8", 1.0 if k == 2 else 2.0)]
        machines.append(results(*entries, machine=replace(names, name=f"node{k}")))
    (kind,) = kinds(matrix(machines))
    standing = kind.standings["G2"]
    assert (standing.most, dict(standing.outcomes)) == ("holds", {"holds": 3, "does not hold": 1})
    assert [each.line.machine.name for each in standing.others] == ["node2"]
    assert standing.typical.effect.estimate == pytest.approx(2.0, rel=0.01)
