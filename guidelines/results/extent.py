"""Extent of a run: how much of it is there, in words and in saved files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from guidelines.results import checked

# The key of a part of a run, in a saved file.
PARTIAL = "partial"


@dataclass(frozen=True)
class Extent:
    """Extent of a run that is there: `sweeps` of `planned_sweeps`, of which each has `planned_passes`.

    `passes` is the number of passes that are there of all sweeps.
    """

    sweeps: int
    planned_sweeps: int
    passes: int
    planned_passes: int

    @property
    def is_complete(self) -> bool:
        """True if every planned sweep is there."""
        return self.sweeps == self.planned_sweeps

    def __str__(self) -> str:
        """Text for people: "1 of 2 sweeps", or "3 of 10 passes of its 2 sweeps"."""
        if self.planned_passes <= 1:
            return f"{self.sweeps} of {self.planned_sweeps} sweeps"
        planned = self.planned_passes * self.planned_sweeps
        return f"{self.passes} of {planned} passes of its {self.planned_sweeps} sweeps"


def to_partial(extent: Extent) -> dict[str, Any]:
    """Facts that a saved file holds of a part of a run; {} for a whole run."""
    return {} if extent.is_complete else {PARTIAL: asdict(extent)}


def note_on_partial(saved: Mapping[str, Any]) -> tuple[str, ...]:
    """A note for the reader of a file if it holds a part of a run."""
    if PARTIAL not in saved:
        return ()
    counts = checked.mapping(saved[PARTIAL])
    known: dict[str, Any] = {field.name: counts.get(field.name) for field in fields(Extent)}
    are_counts = all(type(value) is int and 0 <= value <= checked.LARGEST for value in known.values())
    if not are_counts or known["sweeps"] > known["planned_sweeps"]:
        return ("is of an unfinished run",)
    return (f"is of an unfinished run: {Extent(**known)} are there",)
