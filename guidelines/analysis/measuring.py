"""Facts on the measuring of a sweep's rows, which differ between rows if these come from several runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guidelines.analysis.measured import Measured
from guidelines.results.model import StopReason


@dataclass(frozen=True)
class Measuring:
    """The measurement of one row: its noise floor, its rounds, passes and runs, and what went wrong.

    `scatter` is the Birge ratio of its runs, None for a single one. `disturbed` are the reasons why passes
    were disturbed, `disturbed_passes` the number of these; `retried` are the reasons of measurements that
    were repeated; `noted` is what was noticed about networks of its sweep.
    """

    noise_floor: float | None = None
    rounds: int = 0
    passes: int = 0
    runs: int = 0
    stopped: tuple[StopReason, ...] = ("failure",)
    batch_size: int = 1
    scatter: float | None = None
    disturbed: tuple[str, ...] = ()
    disturbed_passes: int = 0
    retried: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_one_process: bool = False

    @property
    def effort(self) -> tuple[object, ...]:
        """The facts that one line of a report gives for all rows in which they are equal."""
        return self.noise_floor, self.rounds, self.passes, self.runs, self.stopped, self.batch_size


def measuring(measured: Measured) -> Measuring:
    """Facts on the measuring of a variant."""
    return Measuring(
        noise_floor=measured.noise_floor,
        rounds=measured.rounds,
        passes=measured.passes,
        runs=measured.runs,
        stopped=measured.stopped,
        batch_size=measured.place.condition.batch_size,
        scatter=measured.scatter,
        disturbed=measured.disturbed,
        disturbed_passes=sum(bool(of_pass.disturbed) for of_pass in measured.circumstances),
        retried=measured.retried,
        noted=measured.noted,
        is_one_process=measured.is_one_process,
    )


def by_effort(rows: Mapping[str, Measuring]) -> dict[tuple[str, ...], Measuring]:
    """The names of the rows that were measured alike, with how; one item if all rows were."""
    names: dict[tuple[object, ...], list[str]] = {}
    for name, how in rows.items():
        names.setdefault(how.effort, []).append(name)
    return {tuple(alike): rows[alike[0]] for alike in names.values()}


def by_reason(reasons: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, list[str]]:
    """The names of the rows that each reason concerns, from the reasons of each row."""
    names: dict[str, list[str]] = {}
    for name, of_row in reasons:
        for reason in of_row:
            names.setdefault(reason, []).append(name)
    return names
