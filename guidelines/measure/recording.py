"""A sweep's measurement as data: its limits, and the samples of its networks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from guidelines.measure.dropped import Dropped
from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Circumstances, StopReason


class Control(Enum):
    """Key of the A/A control, the baseline built a second time, beside the ids of variants."""

    CONTROL = CONTROL_NAME


CONTROL = Control.CONTROL
NetworkKey = str | Control


@dataclass(frozen=True)
class Limits:
    """Limits of sampling: time, rounds and precision.

    `max_time_s` and `warmup_s` are per variant. Sampling stops early once every slow-down has a relative
    half-width of at most `precision`, which is None if only time counts. Building networks anew takes at most
    `building_share` of the sampling time.
    """

    max_time_s: float = 1.0
    min_rounds: int = 5
    min_sample_s: float = 0.0
    warmup_s: float = 0.0
    precision: float | None = None
    confidence: float = 0.99
    building_share: float = 0.25


@dataclass(frozen=True)
class Recording:
    """Seconds per call of each network; the k-th figures of all networks are from the same round.

    `placed_at` are the numbers of the rounds before which the networks were built anew. `checked` holds the
    figures that the check of each variant gave before it was timed, `noted` what was noticed afterwards.
    `shares` are those of parts of a network that times them, by name, and of the REST of its time.
    """

    seconds_per_call: Mapping[NetworkKey, tuple[float, ...]]
    calls_per_sample: Mapping[NetworkKey, int]
    dropped: Mapping[NetworkKey, Dropped]
    stopped: StopReason
    placed_at: tuple[int, ...] = ()
    checked: Mapping[str, Circumstances] = field(default_factory=dict)
    state: State | None = None
    noted: Mapping[NetworkKey, tuple[str, ...]] = field(default_factory=dict)
    shares: Mapping[NetworkKey, Mapping[str, float]] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """Number of finished rounds."""
        return max(map(len, self.seconds_per_call.values()), default=0)
