"""Write the answer of --fail-on: one line on whether it passed, then what tripped it and what to know."""

from collections.abc import Iterator, Mapping, Sequence

from guidelines.analysis.compare import Comparison
from guidelines.analysis.gate import DISTURBED, MISSING, UNCLEAR, Check, Finding, Gate, Trigger
from guidelines.report.digits import percent, with_interval
from guidelines.report.labels import differences, of_results
from guidelines.report.subjects.sides import notes_on_one_process

# Of many findings so many are named; the others are counted.
MOST_NAMED = 10
# How the ratio of a row reads.
OF = {"speed": "B's speed-up", "slow-down": "B's slow-down over A's"}
# How the least size of a word reads; a change is "by more than 3 %".
SIZES = {UNCLEAR: "reaching beyond {}", DISTURBED: "in more than {} of the passes", MISSING: ""}


def lines(gate: Gate, comparison: Comparison) -> tuple[str, ...]:
    """First whether the gate passed, what it checked and what tripped; then what is to be known of it."""
    return (headline(gate), *_details(gate, comparison))


def headline(gate: Gate) -> str:
    """Passed or failed, what was checked, and how much of it tripped: first the words at which it failed."""
    outcome = "FAILED" if gate.trips else "passed"
    checks = sorted(gate.checks, key=lambda check: not check.trips)
    return f"Gate {outcome}: {'; '.join(map(_checked, checks))}"


def trip_line(trip: Finding) -> str:
    """Name what tripped the gate: "G4 c64 neither is SLOWER on B: 0.78 [0.71, 0.85]"."""
    launches = " (times of launching, not of the device)" if trip.is_about_launches else ""
    verb = "was" if trip.word == DISTURBED.upper() else "is"
    where = f", {OF[trip.of]}" if trip.word == UNCLEAR.upper() else f" on {trip.side}"
    told = with_interval(trip.ratio) if trip.ratio else trip.reason
    colon = ": " if told else ""
    return f"{trip.name} {verb} {trip.word}{where}{colon}{told}{launches}"


def unchecked_line(gate: Gate) -> str:
    """Name what B lacks, "" if it lacks nothing."""
    return f"not on B, so not checked: {'; '.join(gate.missing)}" if gate.missing else ""


def to_json(gate: Gate) -> Mapping[str, object]:
    """The answer for a program: passed or not, and each check with the rows that tripped it."""
    checks = []
    for check in gate.checks:
        trigger = {"word": check.trigger.word, "least": check.trigger.least}
        checks.append({**trigger, "checked": check.checked, "tripped": list(map(trip_line, check.trips))})
    undecided = [finding.name for finding in gate.undecided]
    return {"passed": not gate.trips, "checks": checks, "undecided": undecided, "missing": gate.missing}


def size(trigger: Trigger) -> str:
    """The word of a trigger with its least size: "slower by more than 3 %"."""
    told = SIZES.get(trigger.word, "by more than {}").format(percent(trigger.least))
    return f"{trigger.word} {told}".rstrip()


def _checked(check: Check) -> str:
    is_about_unclear = check.trigger.word == UNCLEAR
    unclear = f" ({check.unclear} UNCLEAR)" if check.unclear and not is_about_unclear else ""
    return f"{size(check.trigger)}: {len(check.trips)} of {check.checked}{unclear}"


def _details(gate: Gate, comparison: Comparison) -> Iterator[str]:
    yield from _named(list(map(trip_line, gate.trips)))
    if unchecked := unchecked_line(gate):
        yield unchecked
    if gate.undecided and not any(check.trigger.word == UNCLEAR for check in gate.checks):
        yield _note_on_undecided(gate)
    yield from notes_on_one_process(comparison)
    yield f"A = {comparison.a.sources[0]}, B = {comparison.b.sources[0]}{_machines(comparison)}"


def _named(trips: Sequence[str]) -> Iterator[str]:
    yield from trips[:MOST_NAMED]
    if len(trips) > MOST_NAMED:
        yield f"and {len(trips) - MOST_NAMED} more"


def _note_on_undecided(gate: Gate) -> str:
    """A gate that cannot see a change passes: the number of rows of which that is so, and the option."""
    widest = max(gate.undecided, key=lambda finding: finding.reach)
    reach = "has no usable interval" if widest.reach == float("inf") else f"reaches {percent(widest.reach)}"
    return (
        f"{len(gate.undecided)} UNCLEAR rows trip nothing (the widest, {widest.name}, {reach}): add "
        "unclear:10% to --fail-on to fail at those that could hide 10 %, measure with --passes 10 to see more"
    )


def _machines(comparison: Comparison) -> str:
    differing = differences(of_results(comparison.a), of_results(comparison.b))
    return f"; differ in {'; '.join(differing)}" if differing else "; the same machine"
