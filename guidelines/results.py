"""What a run gave: entries and failures, where they stand in the tables, and on which machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guidelines.paper import Figure
from guidelines.spec import Condition, Expectation
from guidelines.stats import Estimate

TableKey = tuple[str, Condition]
SweepKey = tuple[str, Condition, str]


@dataclass(frozen=True)
class Place:
    """Where in the tables a variant stands (`row` from 0 in its sweep), and how they are judged."""

    guideline: str
    claim: str
    sweep: str
    variant: str
    row: int
    baseline: str
    extreme: str
    expect: Expectation
    condition: Condition

    @property
    def name(self) -> str:
        """Guideline, sweep and variant, for people: "G2 x1 g=8"."""
        return f"{self.guideline} {self.sweep} {self.variant}"

    @property
    def table_key(self) -> TableKey:
        """What stands in one table."""
        return self.guideline, self.condition

    @property
    def sweep_key(self) -> SweepKey:
        """What was measured together."""
        return *self.table_key, self.sweep

    @property
    def key(self) -> tuple[SweepKey, str]:
        """What stands once in a run."""
        return self.sweep_key, self.variant


@dataclass(frozen=True)
class Entry:
    """One measured variant; times are seconds per call."""

    place: Place
    channels: tuple[int, ...]
    groups: int
    multiply_adds: int
    memory_access: int
    parameters: int
    work_ratio: float
    slowdown: Estimate
    control: Estimate | None
    paper: Figure | None
    seed: int
    stopped: str
    calls_per_sample: int
    median_s: float
    samples_s: tuple[float, ...] = ()
    baseline_samples_s: tuple[float, ...] = ()
    control_samples_s: tuple[float, ...] = ()

    @property
    def is_baseline(self) -> bool:
        """Whether every slow-down of the sweep is relative to this entry."""
        return self.place.variant == self.place.baseline


@dataclass(frozen=True)
class Failure:
    """One variant that could not be measured, and why; work as in `Entry`."""

    place: Place
    channels: tuple[int, ...]
    multiply_adds: int
    memory_access: int
    reason: str


@dataclass(frozen=True)
class Machine:
    """What figures depend on besides the condition, as text; "" where the file does not say."""

    node: str = ""
    system: str = ""
    cpu_model: str = ""
    cpu_count: str = ""
    cpu_capability: str = ""
    python: str = ""
    torch: str = ""
    cuda: str = ""
    cudnn: str = ""
    onednn: str = ""


@dataclass(frozen=True)
class Run:
    """Everything of ours in one run, in its order; each entry knows its baseline's samples.

    `source` is the file's path, "" for a run that was not saved.
    """

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    machine: Machine = Machine()
    source: str = ""


def gather(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """Entries linked with their baseline's samples, which only the baseline's own entry carries."""
    baselines = {e.place.sweep_key: e.samples_s for e in entries if e.is_baseline}
    linked = (
        e if e.baseline_samples_s else replace(e, baseline_samples_s=baselines.get(e.place.sweep_key, ()))
        for e in entries
    )
    return Run(tuple(linked), tuple(failures))
