"""What a run gave: entries and failures, where they stand in the tables, and on which machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guidelines.paper import Figure
from guidelines.spec import Condition, Expectation
from guidelines.state import State
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
    per_multiply_add: bool = False
    every: bool = False

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
class Circumstances:
    """How a variant was measured; None for what cannot be told, or what a file does not say.

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
    """One measured variant; times are seconds per call.

    `conv_memory_access` is the part of convolutions and linear layers, None where files do not say.
    """

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
    circumstances: Circumstances = Circumstances()
    conv_memory_access: int | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether every slow-down of the sweep is relative to this entry."""
        return self.place.variant == self.place.baseline


@dataclass(frozen=True)
class Failure:
    """One variant that could not be measured, or was skipped, and why; work as in `Entry`."""

    place: Place
    channels: tuple[int, ...]
    multiply_adds: int
    memory_access: int
    reason: str
    is_skip: bool = False


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

    `source` is the file's path, "" for a run that was not saved. `notes` say what a reader must know.
    """

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    machine: Machine = Machine()
    source: str = ""
    notes: tuple[str, ...] = ()


def gather(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """Entries linked with their baseline's samples, which only the baseline's own entry carries."""
    baselines = {e.place.sweep_key: e.samples_s for e in entries if e.is_baseline}
    linked = (
        e if e.baseline_samples_s else replace(e, baseline_samples_s=baselines.get(e.place.sweep_key, ()))
        for e in entries
    )
    return Run(tuple(linked), tuple(failures))
