"""Say of the rows at which a gate fails how many are of disturbed sweeps, why, and what to do about it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from guidelines.analysis.compared import Compared, SideName
from guidelines.analysis.findings import Finding
from guidelines.report.subjects.how_measured import severity

TO_DO = "measure {} again, on a quieter machine or with --retry-disturbed 2, before you believe it"


@dataclass(frozen=True)
class DisturbedTrips:
    """The rows at which a gate fails, by name, and those of them whose sweep was disturbed on a side.

    `reasons` holds for each such side what disturbed it most.
    """

    rows: tuple[str, ...]
    disturbed: tuple[str, ...]
    reasons: Mapping[SideName, str]

    @property
    def share(self) -> str:
        """The share of the rows: "all 3 rows that fail are of disturbed sweeps"; "" if it is none."""
        number, total = len(self.disturbed), len(self.rows)
        if not number:
            return ""
        if total == 1:
            return "the row that fails is of a disturbed sweep"
        part = f"all {total}" if number == total else f"{number} of {total}"
        return f"{part} rows that fail are of disturbed sweeps"

    @property
    def line(self) -> str:
        """Reasons why they are disturbed, on which side, and what to do; "" if none is."""
        if not self.disturbed:
            return ""
        told = "; ".join(f"{side}: {reason}" for side, reason in self.reasons.items())
        return f"disturbed while measured ({told}): {self.to_do}"

    @property
    def to_do(self) -> str:
        """The measurement that would tell more."""
        return TO_DO.format("both sides" if len(self.reasons) > 1 else next(iter(self.reasons), ""))


def disturbed_trips(trips: Iterable[Finding]) -> DisturbedTrips:
    """Look at the rows of all findings that have one."""
    rows = {trip.name: trip.row for trip in trips if trip.row}
    disturbed = {name: row for name, row in rows.items() if row.a.is_disturbed or row.b.is_disturbed}
    reasons: dict[SideName, str] = {}
    for side in get_args(SideName):
        if worst := _worst(list(disturbed.values()), side):
            reasons[side] = worst
    return DisturbedTrips(tuple(rows), tuple(disturbed), reasons)


def to_json(trips: DisturbedTrips) -> Mapping[str, object]:
    """The rows that failed though, or because, their sweep was disturbed, for a program."""
    known = {"rows": trips.disturbed, "of": len(trips.rows), "reasons": trips.reasons}
    return {**known, "to_do": trips.to_do} if trips.disturbed else known


def _worst(rows: Sequence[Compared], side: SideName) -> str:
    """The first reason of the worst pass of a side: "other processes used 1.76 of 2 processors"."""
    every: list[str] = []
    for row in rows:
        measured = row.side(side)
        every += measured.disturbed if measured.is_disturbed else ()
    if not every:
        return ""
    return re.sub(r"^pass \d+: ", "", max(every, key=severity)).partition("; ")[0]
