"""The gate of --fail-on: what it checks in a comparison, and what trips it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import SideName
from guidelines.analysis.findings import Finding, figures, kind
from guidelines.analysis.measured import Measured, by_sweep
from guidelines.analysis.missing import Missing, missing
from guidelines.analysis.triggers import DISTURBED, MISSING, UNCLEAR, Trigger, changes
from guidelines.results.model import Circumstances
from guidelines.results.number_of import number_of


@dataclass(frozen=True)
class Count:
    """The number of things of a kind, and of those at which a gate fails."""

    noun: str
    total: int
    failed: int
    of: str = ""

    @property
    def asked(self) -> str:
        """All of them: "51 speeds", "12 rows of A"."""
        return f"{number_of(self.total, self.noun)}{self.of}"


@dataclass(frozen=True)
class Check:
    """A trigger with the numbers of what it was asked about, what tripped it, and the number not decided."""

    trigger: Trigger
    counts: tuple[Count, ...]
    trips: tuple[Finding, ...]
    undecided: int = 0

    @property
    def checked(self) -> str:
        """Kinds and numbers of the figures asked about: "39 slow-downs and 51 speeds"."""
        return " and ".join(count.asked for count in self.counts)

    @property
    def compared_nothing(self) -> bool:
        """True if there was nothing that it could be asked about."""
        return not any(count.total for count in self.counts)


@dataclass(frozen=True)
class Decided:
    """Numbers of figures of a kind, slow-downs or speeds, that a gate was asked about and could decide."""

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
    that of the others. `missing` are the rows of A that are not on B.
    """

    checks: tuple[Check, ...]
    undecided: tuple[Finding, ...]
    decided: tuple[Decided, ...]
    missing: tuple[Missing, ...]

    @property
    def passed(self) -> bool:
        """True if nothing tripped it; False, too, if a word compared nothing: it would pass whatever B is."""
        return not self.trips and not self.idle

    @property
    def idle(self) -> tuple[Check, ...]:
        """The checks that compared nothing."""
        return tuple(check for check in self.checks if check.compared_nothing)

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
        missing=tuple(missing(comparison)),
    )


def _check(comparison: Comparison, trigger: Trigger, asked: Sequence[Trigger]) -> Check:
    if trigger.word == MISSING:
        return _check_rows(comparison, trigger)
    if trigger.word == DISTURBED:
        return _check_passes(comparison, trigger)
    if trigger.word == UNCLEAR:
        trips = _undecided(comparison, asked, trigger.least)
        return Check(trigger, _counts(comparison, asked, trips), tuple(trips), len(trips))
    judged = [figure.judged(trigger.word, trigger.size) for figure in figures(comparison, trigger.word)]
    trips = [finding for finding in judged if finding.word == trigger.word.upper()]
    undecided = _undecided(comparison, [trigger])
    return Check(trigger, _counts(comparison, [trigger], trips), tuple(trips), len(undecided))


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
    for of, total in _numbers(comparison, asked).items():
        yield Decided(of, asked=total, decided=total - open_ones[of])


def _counts(comparison: Comparison, asked: Sequence[Trigger], trips: Iterable[Finding]) -> tuple[Count, ...]:
    """The number of figures of each kind, and of those that tripped."""
    failed = Counter(trip.of for trip in trips)
    return tuple(Count(of, total, failed[of]) for of, total in _numbers(comparison, asked).items())


def _numbers(comparison: Comparison, asked: Sequence[Trigger]) -> dict[str, int]:
    """The number of figures of each kind that some words are about."""
    numbers: dict[str, int] = {}
    for trigger in asked:
        numbers[kind(trigger.word)] = sum(1 for _ in figures(comparison, trigger.word))
    return numbers


def _check_rows(comparison: Comparison, trigger: Trigger) -> Check:
    """Check that B has every row of A."""
    trips = [
        Finding(each.name, MISSING.upper(), reason=each.reason, rows=each.rows)
        for each in missing(comparison)
    ]
    failed = sum(trip.rows for trip in trips)
    return Check(trigger, (Count("row", len(comparison.a.measured), failed, " of A"),), tuple(trips))


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
    return Check(trigger, (Count("sweep", checked, len(trips)),), tuple(trips))


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
