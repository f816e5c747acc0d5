"""Write the legend of a comparison: every word, sign and bracket that it uses."""

from collections.abc import Iterator

from guidelines.analysis.change import LEAST_CHANGE, verdict_confidence
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import passes_to_decide
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.measured import Measured
from guidelines.analysis.remedies import for_launches, for_most
from guidelines.report.digits import level, percent
from guidelines.report.labels import LAUNCH_BOUND, OTHER_WORK
from guidelines.stats.noise_floor import MOST_DENIED

UNCLEAR = "UNCLEAR"
OTHER_WORK_NOTE = (
    f"per mult-add, {OTHER_WORK}: a network of other work than its baseline is compared by its time per "
    "multiply-add, as in the verdicts of a report; B / A is that of the times, too."
)
LAUNCHES_NOTE = (
    f"{LAUNCH_BOUND} launching this network, or the baseline of its slow-down, takes the CPU longer than "
    "computing it takes the device: the figure and its change are about launches, not about the device"
)


def legend(comparison: Comparison) -> Iterator[str]:
    """The legend: every word, sign and bracket that a comparison uses."""
    each, verdicts = level(comparison.confidence), level(verdict_confidence(comparison.confidence))
    least, most = percent(LEAST_CHANGE), percent(MOST_DENIED)
    yield (
        "B / A: B's slow-down over A's, each against its own baseline. B's speed-up: A's time for an image "
        "over B's."
    )
    yield (
        f"±: {each} interval of one side. [ ]: {verdicts} interval of a ratio of both, on which its verdict "
        "rests, whatever else is compared."
    )
    yield (
        f"A change counts beyond {least}; of slow-downs also beyond both noise floors. STRONGER, WEAKER (the "
        "guideline's effect on B), FASTER, SLOWER (B itself): the whole interval lies above or below the "
        f"ratio that is named. SAME: all of it lies within {least}, or within a noise floor of at most "
        f"{most}; identical: A and B hold the same samples."
    )
    if UNCLEAR in _words(comparison):
        yield (
            "UNCLEAR: the interval spans the ratio that is named, is too wide (spans one on either side), or "
            f"lies below a noise floor of more than {most}. To decide, {_remedy(comparison)}."
        )
    yield from _notes_on_rows(comparison)


def _notes_on_rows(comparison: Comparison) -> Iterator[str]:
    """Notes on marks that only some comparisons have."""
    if any(row.is_per_multiply_add and not row.a.place.per_multiply_add for row in comparison.rows):
        yield OTHER_WORK_NOTE
    if waiting := _waiting(comparison):
        yield f"{LAUNCHES_NOTE}; {for_launches(waiting[0].place.condition).sentence}."


def _waiting(comparison: Comparison) -> list[Measured]:
    """The variants whose times are those of launching, on either side."""
    sides = [row.a for row in comparison.rows] + [row.b for row in comparison.rows]
    return [side for side in sides if waits_for_launches(side)]


def _remedy(comparison: Comparison) -> str:
    """The passes of both sides that would decide most of what is UNCLEAR."""
    needed = []
    for row in comparison.rows:
        unclear = [each for each in (row.effect, row.speed) if each and each.direction == "unclear"]
        needed += [passes_to_decide(row, each.ratio, each.edges) for each in unclear]
    return for_most(needed)


def _words(comparison: Comparison) -> set[str]:
    """The verdicts of all rows."""
    return {row.outcome for row in comparison.rows} | {row.pace for row in comparison.rows}
