"""A sweep's measurement as data: its limits, the samples of its networks, and why some have none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Circumstances, StopReason


class Control(Enum):
    """Key of the A/A control, the baseline built a second time, beside the ids of variants."""

    CONTROL = CONTROL_NAME


CONTROL = Control.CONTROL
NetworkKey = str | Control


class SkippedNetworkError(Exception):
    """Raised by a network that cannot be measured here; its message is the reason."""


@dataclass(frozen=True)
class Dropped:
    """A network that left its sweep: it failed or was skipped, and why, in one line."""

    reason: str
    is_skip: bool = False


@dataclass(frozen=True)
class Limits:
    """How long and how well to sample; seconds are per variant, precision is a relative half-width."""

    max_time_s: float = 1.0
    min_rounds: int = 5
    min_sample_s: float = 0.0
    warmup_s: float = 0.0
    precision: float | None = None
    confidence: float = 0.99


@dataclass(frozen=True)
class Recording:
    """Seconds per call of each network, the k-th of every network from the same round.

    The seed gives the order of every round and of every building; `placed_at` are the numbers of the
    rounds before which the networks were built anew. `checked` holds what was found out of each variant
    before its timing.
    """

    seconds_per_call: Mapping[NetworkKey, tuple[float, ...]]
    calls_per_sample: Mapping[NetworkKey, int]
    dropped: Mapping[NetworkKey, Dropped]
    stopped: StopReason
    seed: int
    placed_at: tuple[int, ...] = ()
    checked: Mapping[str, Circumstances] = field(default_factory=dict)
    state: State | None = None

    @property
    def rounds(self) -> int:
        """Number of rounds that were finished."""
        return max(map(len, self.seconds_per_call.values()), default=0)
