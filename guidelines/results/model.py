"""Results of a run: entries and failures, their place in the tables, and the machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from guidelines.paper.tables import Figure
from guidelines.results.disturbance import State
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate

StopReason = Literal["precision", "time", "failure"]
# The name of the A/A control among the variants of its sweep, in files and tables.
CONTROL_NAME = "(control)"


class TableKey(NamedTuple):
    """The key of a table: a guideline under a condition."""

    guideline: str
    condition: Condition


class SweepKey(NamedTuple):
    """The key of a sweep, whose variants are measured together."""

    guideline: str
    condition: Condition
    sweep: str


class VariantKey(NamedTuple):
    """The key of a variant, which a run holds once."""

    sweep: SweepKey
    variant: str


class Network(NamedTuple):
    """A network that two runs may both measure, with the names of what must agree."""

    widths: tuple[int, ...]
    groups: int
    multiply_adds_per_image: float
    parameters: int | None
    baseline: str


@dataclass(frozen=True)
class Place:
    """Place of a variant in the tables (`row` from 0 in its sweep), and how its sweep is judged."""

    guideline: str
    claim: str
    sweep: str
    variant: str
    row: int
    baseline: str
    extreme: str
    expect: Expectation
    condition: Condition
    per_multiply_add: bool = False
    claims_every_row: bool = False

    @property
    def name(self) -> str:
        """Guideline, sweep and variant, for people: "G2 x1 g=8"."""
        return f"{self.guideline} {self.sweep} {self.variant}"

    @property
    def table_key(self) -> TableKey:
        """Key of its table."""
        return TableKey(self.guideline, self.condition)

    @property
    def sweep_key(self) -> SweepKey:
        """Key of its sweep."""
        return SweepKey(self.guideline, self.condition, self.sweep)

    @property
    def key(self) -> VariantKey:
        """Its own key."""
        return VariantKey(self.sweep_key, self.variant)

    @property
    def is_baseline(self) -> bool:
        """Whether every slow-down of the sweep is relative to this variant."""
        return self.variant == self.baseline


@dataclass(frozen=True)
class Identity:
    """A variant at its place: its widths, groups and work, the same in every run.

    `work_ratio` is its multiply-adds over those of the baseline.
    """

    place: Place
    widths: tuple[int, ...]
    groups: int
    work: Cost
    work_ratio: float

    @property
    def network(self) -> Network:
        """The parts that must agree if two measurements are to be of the same network."""
        return Network(
            widths=self.widths,
            groups=self.groups,
            multiply_adds_per_image=self.work.multiply_adds / self.place.condition.batch_size,
            parameters=self.work.parameters,
            baseline=self.place.baseline,
        )


@dataclass(frozen=True)
class Circumstances:
    """Circumstances of a variant's measurement; None for what is unknown or not in the file.

    `setup_s` is the time to compile or capture the network, `launch_s` and `device_s` are the CPU's and
    the CUDA device's part of one call. `drift` is the last third of the rounds over the first: of the
    slow-down, for a baseline of its time. `disturbed` are the reasons to distrust the sweep, `retried`
    those of each earlier measurement that was dropped for them. The networks were built anew before the
    rounds `placed_at`.
    """

    state: State | None = None
    drift: Estimate | None = None
    disturbed: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    placed_at: tuple[int, ...] = ()
    setup_s: float | None = None
    peak_memory_bytes: int | None = None
    launch_s: float | None = None
    device_s: float | None = None

    @property
    def is_launch_bound(self) -> bool:
        """Whether launching a call takes the CPU longer than computing it takes the device."""
        return self.launch_s is not None and self.device_s is not None and self.launch_s > self.device_s


@dataclass(frozen=True)
class Entry:
    """One measured variant; times are seconds per call."""

    identity: Identity
    slowdown: Estimate
    control: Estimate | None
    paper: Figure | None
    seed: int
    stopped: StopReason
    calls_per_sample: int
    median_s: float
    samples_s: tuple[float, ...] = ()
    baseline_samples_s: tuple[float, ...] = ()
    control_samples_s: tuple[float, ...] = ()
    circumstances: Circumstances = Circumstances()

    @property
    def place(self) -> Place:
        """Its place in the tables."""
        return self.identity.place

    @property
    def is_baseline(self) -> bool:
        """Whether every slow-down of the sweep is relative to this entry."""
        return self.place.is_baseline


@dataclass(frozen=True)
class Failure:
    """One variant, or the control of its sweep, that failed or was skipped, and why."""

    place: Place
    widths: tuple[int, ...]
    work: Cost
    reason: str
    is_skip: bool = False
    is_control: bool = False


@dataclass(frozen=True)
class Machine:
    """Properties of a machine that figures depend on, as text; "" if the file does not say."""

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
    """Entries and failures of one run in their order; each entry knows its baseline's samples.

    `source` is the file's path, "" for a run that was not saved. `notes` are what a reader must know.
    """

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    machine: Machine = Machine()
    source: str = ""
    notes: tuple[str, ...] = ()


def linked(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """A run whose entries know their baseline's samples, which only the baseline's own entry carries."""
    baselines = {e.place.sweep_key: e.samples_s for e in entries if e.is_baseline}
    knowing = []
    for entry in entries:
        baseline_s = entry.baseline_samples_s or baselines.get(entry.place.sweep_key, ())
        knowing.append(replace(entry, baseline_samples_s=baseline_s))
    return Run(tuple(knowing), tuple(failures))
