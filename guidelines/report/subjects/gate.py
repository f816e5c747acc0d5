"""Write the answer of --fail-on: one line on whether it passed, then what tripped it and what to know."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from guidelines.analysis.compare import Comparison
from guidelines.analysis.findings import SPEED_UP, Finding
from guidelines.analysis.gate import Check, Decided, Gate
from guidelines.analysis.measured import distinct
from guidelines.analysis.remedies import for_most
from guidelines.analysis.triggers import DISTURBED, MISSING, UNCLEAR, Trigger
from guidelines.report.digits import percent, with_interval
from guidelines.report.labels import NO_SPEEDS, differences, of_results
from guidelines.report.subjects import disturbed_gate
from guidelines.report.subjects.disturbed_gate import DisturbedTrips, disturbed_trips
from guidelines.report.subjects.sides import notes_on_one_process
from guidelines.results.number_of import number_of

# Of many findings so many are named; the others are counted.
MOST_NAMED = 10
# How the ratio of a row reads.
OF = {"speed": "B's speed-up", "slow-down": "B's slow-down over A's"}
# How the least size of a word reads; a change is "by more than 3 %".
SIZES = {UNCLEAR: "reaching beyond {}", DISTURBED: "in more than {} of the passes"}


def lines(gate: Gate, comparison: Comparison) -> tuple[str, ...]:
    """First whether the gate passed, what it checked and what tripped; then what is to be known of it."""
    trips = disturbed_trips(gate.trips)
    return (headline(gate, trips), *filter(None, [trips.line]), *_details(gate, comparison))


def headline(gate: Gate, disturbed: DisturbedTrips) -> str:
    """Passed or failed, what was checked, and how much of it tripped: first the words at which it failed.

    Before all else, a gate that compared nothing says so, one that failed how many of the rows are of
    disturbed sweeps, one that passed how many figures it could decide.
    """
    checks = sorted(gate.checks, key=lambda check: not check.trips and not check.compared_nothing)
    return f"Gate {_outcome(gate, disturbed)}: {'; '.join(map(_checked, checks))}"


def _outcome(gate: Gate, disturbed: DisturbedTrips) -> str:
    if gate.idle:
        words = distinct([check.trigger.word] for check in gate.idle)
        return f"FAILED, compared NOTHING for {', '.join(words)} ({NO_SPEEDS})"
    if gate.trips:
        return f"FAILED, but {disturbed.share}" if disturbed.share else "FAILED"
    in_part = [_in_part(each) for each in gate.decided if each.open]
    return f"passed, but decided {' and '.join(in_part)}" if in_part else "passed"


def _in_part(decided: Decided) -> str:
    """The part that was decided: "NONE of 1 speed", "only 9 of 51 speeds"."""
    number = f"only {decided.decided}" if decided.decided else "NONE"
    return f"{number} of {number_of(decided.asked, decided.of)}"


def trip_line(trip: Finding) -> str:
    """Name what tripped the gate: "G4 c64 neither is SLOWER on B: 0.78 [0.71, 0.85]"."""
    launches = " (times of launching, not of the device)" if trip.is_about_launches else ""
    verb = "was" if trip.word == DISTURBED.upper() else "is"
    where = f", {OF[trip.of]}" if trip.word == UNCLEAR.upper() else f" on {trip.side}"
    told = with_interval(trip.ratio) if trip.ratio else trip.reason
    colon = ": " if told else ""
    return f"{trip.name} {verb} {trip.word}{where}{colon}{told}{launches}"


def unchecked_line(gate: Gate) -> str:
    """Name what B lacks, "" if it lacks nothing or the gate fails at that."""
    if any(check.trigger.word == MISSING for check in gate.checks):
        return ""
    lacking = "; ".join(each.text for each in gate.missing if not each.is_other_network)
    line = f"not on B, so not checked: {lacking}" if lacking else ""
    others = "; ".join(each.name for each in gate.missing if each.is_other_network)
    if others and any(each.of == SPEED_UP for each in gate.decided):
        return "; ".join(filter(None, [line, f"another network on B, so its speed is not checked: {others}"]))
    return line


def undecided_line(gate: Gate) -> str:
    """Size of the change that may hide, what would show it, and the word that fails at it; "" if none may."""
    if not gate.undecided:
        return ""
    widest = max(gate.undecided, key=lambda finding: finding.reach)
    reach = "has no usable interval" if widest.reach == inf else f"may hide {percent(widest.reach)}"
    remedy = for_most(finding.needed for finding in gate.undecided)
    line = f"undecided: {_kinds(gate)} (the widest, {widest.name}, {reach}); to decide, {remedy}"
    if any(check.trigger.word == UNCLEAR for check in gate.checks):
        return line
    return f"{line}; add unclear to --fail-on to fail at what is undecided, unclear:10% if beyond 10 %"


def to_json(gate: Gate) -> Mapping[str, object]:
    """The answer for a program: passed or not, and each check with the rows that tripped it."""
    checks = []
    for check in gate.checks:
        trigger = {"word": check.trigger.word, "least": check.trigger.least}
        counts = {"checked": check.checked, "number": sum(count.failed for count in check.counts)}
        checks.append({**trigger, **counts, "tripped": list(map(trip_line, check.trips))})
    return {
        "passed": gate.passed,
        "compared_nothing": [check.trigger.word for check in gate.idle],
        "disturbed": disturbed_gate.to_json(disturbed_trips(gate.trips)),
        "decided": {each.of: {"asked": each.asked, "decided": each.decided} for each in gate.decided},
        "checks": checks,
        "undecided": [finding.name for finding in gate.undecided],
        "missing": [each.text for each in gate.missing],
    }


def size(trigger: Trigger) -> str:
    """The word of a trigger with its least size: "slower by more than 3 %"."""
    if trigger.least is None:
        return trigger.word
    as_given = f"{100 * trigger.least:.12g} %"
    return f"{trigger.word} {SIZES.get(trigger.word, 'by more than {}').format(as_given)}"


def _checked(check: Check) -> str:
    is_about_undecided = check.trigger.word == UNCLEAR
    undecided = f" ({check.undecided} undecided)" if check.undecided and not is_about_undecided else ""
    counts = " and ".join(f"{count.failed} of {count.asked}" for count in check.counts)
    return f"{size(check.trigger)}: {counts}{undecided}"


def _details(gate: Gate, comparison: Comparison) -> Iterator[str]:
    yield from _named(list(map(trip_line, gate.trips)))
    if unchecked := unchecked_line(gate):
        yield unchecked
    if undecided := undecided_line(gate):
        yield undecided
    yield from notes_on_one_process(comparison)
    yield f"A = {comparison.a.sources[0]}, B = {comparison.b.sources[0]}{_machines(comparison)}"


def _named(trips: Sequence[str]) -> Iterator[str]:
    yield from trips[:MOST_NAMED]
    if len(trips) > MOST_NAMED:
        yield f"and {len(trips) - MOST_NAMED} more"


def _kinds(gate: Gate) -> str:
    """Number of what is undecided: "39 slow-downs and 51 speeds"."""
    return " and ".join(number_of(each.open, each.of) for each in gate.decided if each.open)


def _machines(comparison: Comparison) -> str:
    differing = differences(of_results(comparison.a), of_results(comparison.b))
    return f"; differ in {'; '.join(differing)}" if differing else "; the same machine"
