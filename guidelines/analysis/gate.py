"""The gate of --fail-on: what it checks in a comparison, and what trips it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import SideName
from guidelines.analysis.findings import Finding, figures
from guidelines.analysis.measured import Measured, by_sweep
from guidelines.analysis.triggers import DISTURBED, MISSING, UNCLEAR, Trigger, changes
from guidelines.results.model import Circumstances
from guidelines.results.number_of import number_of


@dataclass(frozen=True)
class Check:
    """A trigger with what it was asked about ("51 speeds"), what tripped it, and the number not decided."""

    trigger: Trigger
    checked: str
    trips: tuple[Finding, ...]
    undecided: int = 0


@dataclass(frozen=True)
class Decided:
    """How many figures of a kind, the slow-downs or the speeds, a gate was asked about and could decide."""

    of: str
    asked: int
    decided: int

    @property
    def open(self) -> int:
        """The number that it could not decide."""
        return self.asked - self.decided


@dataclass(frozen=True)
class Gate:
    """The answer of --fail-on.

    `undecided` are the figures in which a change that the list names may hide, `decided` their number and
    that of the others. `missing` are rows of A that B lacks or failed to measure, a line for each sweep or
    failure.
    """

    checks: tuple[Check, ...]
    undecided: tuple[Finding, ...]
    decided: tuple[Decided, ...]
    missing: tuple[str, ...]

    @property
    def trips(self) -> tuple[Finding, ...]:
        """Every finding at which the gate fails."""
        trips: list[Finding] = []
        for check in self.checks:
            trips += check.trips
        return tuple(trips)


def gate(comparison: Comparison, wanted: Sequence[Trigger]) -> Gate:
    """Check every trigger."""
    asked = changes(wanted)
    undecided = _undecided(comparison, asked)
    return Gate(
        checks=tuple(_check(comparison, trigger, asked) for trigger in wanted),
        undecided=tuple(undecided),
        decided=tuple(_decided(comparison, asked, undecided)),
        missing=tuple(_missing(comparison)),
    )


def _check(comparison: Comparison, trigger: Trigger, asked: Sequence[Trigger]) -> Check:
    if trigger.word == MISSING:
        trips = [Finding(name, MISSING.upper()) for name in _missing(comparison)]
        return Check(trigger, f"{number_of(len(comparison.a.measured), 'row')} of A", tuple(trips))
    if trigger.word == DISTURBED:
        return _check_passes(comparison, trigger)
    if trigger.word == UNCLEAR:
        trips = _undecided(comparison, asked, trigger.least)
        return Check(trigger, _counted(comparison, asked), tuple(trips), len(trips))
    judged = [figure.judged(trigger.word, trigger.size) for figure in figures(comparison, trigger.word)]
    trips = [finding for finding in judged if finding.word == trigger.word.upper()]
    undecided = _undecided(comparison, [trigger])
    return Check(trigger, _counted(comparison, [trigger]), tuple(trips), len(undecided))


def _undecided(
    comparison: Comparison, asked: Iterable[Trigger], beyond: float | None = None
) -> list[Finding]:
    """The figures of which a word is not sure though they reach beyond a size, by default the word's own.

    A figure of which several words are not sure is there once, as it reaches farthest.
    """
    farthest: dict[tuple[str, int], Finding] = {}
    for trigger in asked:
        least = trigger.size if beyond is None else beyond
        for position, figure in enumerate(figures(comparison, trigger.word)):
            finding = figure.undecided(trigger, least)
            known = farthest.get((figure.of, position))
            if finding and (known is None or finding.reach > known.reach):
                farthest[figure.of, position] = finding
    return list(farthest.values())


def _decided(
    comparison: Comparison, asked: Sequence[Trigger], undecided: Iterable[Finding]
) -> Iterator[Decided]:
    open_ones = Counter(finding.of for finding in undecided)
    for kind, total in _numbers(comparison, asked).items():
        yield Decided(kind, asked=total, decided=total - open_ones[kind])


def _counted(comparison: Comparison, asked: Sequence[Trigger]) -> str:
    """Number of figures of each kind: "39 slow-downs and 1 speed"."""
    numbers = _numbers(comparison, asked)
    return " and ".join(number_of(total, kind) for kind, total in numbers.items()) or "nothing"


def _numbers(comparison: Comparison, asked: Sequence[Trigger]) -> dict[str, int]:
    """The number of figures of each kind that some words are about."""
    numbers: dict[str, int] = {}
    for trigger in asked:
        numbers |= Counter(figure.of for figure in figures(comparison, trigger.word))
    return numbers


def _missing(comparison: Comparison) -> list[str]:
    failed = [f"{f.place.name} ({f.place.condition.id}) failed: {f.reason}" for f in comparison.b.failures]
    return [*comparison.only_a, *failed]


def _check_passes(comparison: Comparison, trigger: Trigger) -> Check:
    """Check the share of disturbed passes of every sweep, on either side."""
    trips: list[Finding] = []
    checked = 0
    for side in get_args(SideName):
        names = {row.side(side).place.sweep_key: row.sweep for row in comparison.rows}
        sweeps = by_sweep(row.side(side) for row in comparison.rows)
        checked += len(sweeps)
        trips += [
            _disturbed(sweep, side, names[key])
            for key, sweep in sweeps.items()
            if _share(sweep) > trigger.size
        ]
    return Check(trigger, number_of(checked, "sweep"), tuple(trips))


def _share(sweep: Sequence[Measured]) -> float:
    """The largest share of disturbed passes among the rows of a sweep."""
    return max(map(_share_of, sweep))


def _share_of(measured: Measured) -> float:
    return sum(map(_is_disturbed, measured.circumstances)) / max(1, len(measured.circumstances))


def _is_disturbed(of_pass: Circumstances) -> bool:
    return bool(of_pass.disturbed)


def _disturbed(sweep: Sequence[Measured], side: str, name: str) -> Finding:
    """A disturbed sweep, with the row of which the most passes were."""
    worst = max(sweep, key=_share_of)
    passes = worst.circumstances
    reason = f"{sum(map(_is_disturbed, passes))} of {len(passes)} passes, such as {worst.disturbed[0]}"
    return Finding(name, DISTURBED.upper(), side, reason=reason)
