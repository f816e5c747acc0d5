"""Write the lines that open a comparison: its sides, what to distrust, and the number of verdicts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared, SideName
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.measuring import measuring
from guidelines.analysis.remedies import USUAL_PASSES
from guidelines.report.digits import with_interval
from guidelines.report.labels import LAUNCH_BOUND, ONE_PROCESS, differences, of_results, sentence
from guidelines.report.subjects.how_measured import disturbance
from guidelines.report.subjects.unexplained import unexplained
from guidelines.results.number_of import number_of

OUTCOMES = ("STRONGER", "WEAKER", "SAME", "UNCLEAR")
PACES = ("FASTER", "SLOWER", "SAME", "UNCLEAR")

# Reasons why a file holds nothing of what its device does at best.
TOO_SHORT = "too short passes: a larger --benchmark-max-time helps"
UNTOLD = "an older run, or short passes"


def side(results: MachineResults) -> str:
    """One side on a line: its files and its machine."""
    first, *others = results.sources
    more = f" and {len(others)} more" if others else ""
    return f"{first}{more}: {sentence(of_results(results))}"


def lead(comparison: Comparison, is_explained: bool) -> Iterator[str]:
    """Lines on the two sides, on figures to distrust, and on the number of verdicts of each kind.

    It `is_explained` if the factors of a slow-down can be compared.
    """
    a, b = comparison.a, comparison.b
    machines = differences(of_results(a), of_results(b))
    yield f"A = {side(a)}"
    yield f"B = {side(b)}"
    yield f"differ in {'; '.join(machines)}" if machines else "A and B are the same machine"
    if a.fingerprint == b.fingerprint != ():
        yield "A and B hold the same run"
    yield from notes_on_one_process(comparison)
    yield from (*a.notes, *b.notes)
    yield from _unexplained(comparison, is_explained)
    yield from _distrusted("A", comparison.rows)
    yield from _distrusted("B", comparison.rows)
    yield _slowdowns(comparison)
    if comparison.speedup:
        paces = Counter(row.pace for row in comparison.rows if row.speed)
        yield (
            f"{number_of(paces.total(), 'speed')}: {_counts(paces, PACES)}; B's speed-up is "
            f"{with_interval(comparison.speedup)} (geometric mean)"
        )


def notes_on_one_process(comparison: Comparison) -> Iterator[str]:
    """A line if a variant of a side was measured by one process: its changes may be those between runs."""
    of_one = []
    if any(row.a.is_one_process for row in comparison.rows):
        of_one.append("A")
    if any(row.b.is_one_process for row in comparison.rows):
        of_one.append("B")
    if of_one:
        yield f"{' and '.join(of_one)}: {ONE_PROCESS}; --passes {USUAL_PASSES} would, or a folder of runs"


def _unexplained(comparison: Comparison, is_explained: bool) -> Iterator[str]:
    """Lines on what of the changes is not explained, if ceilings of a side could explain some."""
    a = replace(comparison.a, measured=tuple(row.a for row in comparison.rows))
    b = replace(comparison.b, measured=tuple(row.b for row in comparison.rows))
    yield from _without_ceilings("A", a, beside=b)
    yield from _without_ceilings("B", b, beside=a)
    if a.ceilings and b.ceilings:
        yield from (f"A: {note}" for note in unexplained(a))
        yield from (f"B: {note}" for note in unexplained(b))
        if not is_explained:
            yield "changes are not explained: no factor is known on both sides"


def _without_ceilings(name: SideName, results: MachineResults, beside: MachineResults) -> Iterator[str]:
    """A line if a side lacks the ceilings that the other has, so that no factors can be compared."""
    if beside.ceilings and not results.ceilings:
        reason = TOO_SHORT if results.is_too_short_for_ceilings else UNTOLD
        lacking = f"{results.sources[0]} lacks what its device does at best ({reason})"
        yield f"{name}: changes are not explained: {lacking}"


def _distrusted(side: SideName, rows: Sequence[Compared]) -> Iterator[str]:
    """Reasons to distrust a side's figures: disturbed sweeps, times of launching."""
    disturbed = [row for row in rows if row.side(side).is_disturbed]
    lines = [
        f"{side}: {row.sweep} was disturbed{disturbance(measuring(row.side(side)))}" for row in disturbed
    ]
    yield from dict.fromkeys(lines)  # a line for each sweep
    waiting = sum(waits_for_launches(row.side(side)) for row in rows)
    if waiting:
        are_those = "is that" if waiting == 1 else "are those"
        of_all = f"{waiting} of {number_of(len(rows), 'time')}"
        yield f"{side}: {of_all} {are_those} of launching, not of the device"


def _slowdowns(comparison: Comparison) -> str:
    """The number of slow-downs with each outcome, and of those that are about launches."""
    changed = [row for row in comparison.rows if row.effect]
    outcomes = Counter(row.outcome for row in changed)
    line = f"{number_of(len(changed), 'slow-down')}: {_counts(outcomes, OUTCOMES)}"
    about_launches = sum(row.is_about_launches for row in changed)
    if not about_launches:
        return line
    return (
        f"{line}; {about_launches} of the {len(changed)} are about launches, not the device ({LAUNCH_BOUND})"
    )


def _counts(verdicts: Counter[str], words: Iterable[str]) -> str:
    return ", ".join(f"{verdicts[word]} {word}" for word in words)
