"""Write the lines on the two sides of a comparison of audits: what they are, and what to distrust."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.audit.change import GONE, NEW, AuditChange
from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.like_tables import condition_differences
from guidelines.analysis.measured import MachineResults, Measured
from guidelines.analysis.measuring import measuring
from guidelines.report.digits import millions, number, percent
from guidelines.report.labels import ONE_PROCESS, differences, of_results, sentence
from guidelines.report.subjects.audit.disturbed import disturbed
from guidelines.report.subjects.sentences import setup
from guidelines.results.audit import AUDIT, WHOLE
from guidelines.results.number_of import number_of

# Networks whose multiply-adds differ by more do not do equal work.
MOST_UNEQUAL = 0.005


class Sides(NamedTuple):
    """The files and machines of two audits."""

    a: MachineResults
    b: MachineResults


def lines(compared: AuditChange, sides: Sides) -> Iterator[str]:
    """The audits with their machines, the differences between them, what to distrust, and what is shared."""
    for name, result, results in _each(compared, sides):
        its_audit = f"{result.audit.target}, {result.audit.inputs}"
        yield f"{name} = {results.sources[0]}: {its_audit}; {sentence(of_results(results))}"
    machines = differences(of_results(sides.a), of_results(sides.b))
    yield f"differ in {'; '.join(machines)}" if machines else "A and B are the same machine"
    yield conditions(compared)
    yield from work(sides)
    for name, result, results in _each(compared, sides):
        yield from results.notes
        yield from _distrusted(name, result, results)
    yield _layers(compared)


def conditions(compared: AuditChange) -> str:
    """The condition of both sides, or the differences in it and in the inputs."""
    a, b = compared.a.condition, compared.b.condition
    like_a = replace(b, batch_size=a.batch_size, image_size=a.image_size)  # the inputs say these
    unlike = [*condition_differences(a, like_a)]
    if not compared.is_same_input:
        unlike.append(f"inputs {compared.a.audit.inputs} | {compared.b.audit.inputs}")
    setups = f"{a.device}, {setup(a, AUDIT)}"
    weights = [result.audit.weights for result in (compared.a, compared.b)]
    if weights[0] != weights[1]:
        unlike.append(f"weights {' | '.join(weights)}")
    elif compared.a.audit.keeps_state:
        setups += f", weights: {weights[0]}"
    return f"CONDITIONS DIFFER (A | B): {'; '.join(unlike)}; A: {setups}" if unlike else setups


def work(sides: Sides) -> Iterator[str]:
    """The multiply-adds of one call on both sides, and if they are equal; nothing if a side has none."""
    a, b = (multiply_adds(side) for side in sides)
    if not a or not b:
        return
    is_equal = max(a, b) / min(a, b) <= 1 + MOST_UNEQUAL
    answer = "equal work" if is_equal else "not equal work"
    yield f"{answer}: {millions(a)} million multiply-adds on A, {millions(b)} million on B"


def multiply_adds(side: MachineResults) -> int:
    """The multiply-adds of one call of the network; 0 if they are not known."""
    network = _network(side)
    return network.identity.work.multiply_adds if network else 0


def notes_on_sums(compared: AuditChange) -> Iterator[str]:
    """Lines on layers that were measured on one side alone, and on operators that do not make the time."""
    if compared.are_unlike:
        yield "operators are compared as timed alone: on one side only they were timed in place, too"
    for side, result in (("A", compared.a), ("B", compared.b)):
        alone_s = [each.a_s if side == "A" else each.b_s for each in compared.uneven]
        total_s = sum(seconds.estimate for seconds in alone_s if seconds)
        if total_s:
            share = percent(total_s / result.network_s.estimate)
            yield f"{share} of {side}'s time is of layers that were not measured on the other side: see below"
    for name, result in (("A", compared.a), ("B", compared.b)):
        if result.whole is None:
            yield f"{name}: no operator could be measured alone"
        elif not result.is_whole:
            where = "in place" if result.in_place else "alone"
            took = f"{number(result.whole.scaled(100))} %"
            yield (
                f"{name}: its operators {where} take {took} of the network's time, so that "
                "their changes do not add up to that of the network"
            )


def _each(compared: AuditChange, sides: Sides) -> Iterator[tuple[str, AuditResult, MachineResults]]:
    yield "A", compared.a, sides.a
    yield "B", compared.b, sides.b


def _distrusted(name: str, result: AuditResult, results: MachineResults) -> Iterator[str]:
    """Reasons to distrust a side: disturbed passes, the time of launches, a single process."""
    network = _network(results)
    if network is None:
        return
    if network.is_disturbed:
        yield f"{name} was disturbed{disturbed(measuring(network), result)}"
    if waits_for_launches(network):
        yield f"{name}: the network's time is that of launching, not of the device"
    if network.is_one_process:
        yield f"{name}: {ONE_PROCESS}; audit it with more --passes"


def _network(results: MachineResults) -> Measured | None:
    """The network itself among the variants of an audit."""
    return next((each for each in results.measured if each.place.variant == WHOLE), None)


def _layers(compared: AuditChange) -> str:
    """The number of calls that have their like on the other side: "150 calls on both sides, 3 only on A"."""
    both = gone = new = 0
    for each in compared.layers:
        calls = len(each.layers)
        if each.lacks == GONE:
            gone += calls
        elif each.lacks == NEW:
            new += calls
        else:
            both += calls
    alone = [f"{number} only on {side}" for number, side in ((gone, "A"), (new, "B")) if number]
    return ", ".join([f"{number_of(both, 'call')} of a layer on both sides", *alone])
