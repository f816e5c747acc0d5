"""Hold what is drawn in one colour."""

from dataclasses import dataclass

from guidelines.analysis.tables import Table


@dataclass(frozen=True)
class Series:
    """The tables drawn in one colour: of a machine, or of one condition on it."""

    label: str
    tables: tuple[Table, ...]
