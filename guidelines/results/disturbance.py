"""State of the machine while a sweep was measured, and the limits beyond which it disturbs the results."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guidelines.stats.intervals import Estimate, MedianOf, Quantity, ratio_of
from guidelines.stats.pooling import quotient

# The system counts time in steps of 10 ms, so rates over a shorter time are too coarse.
SHORTEST_S = 0.5
# A sweep is disturbed beyond any of these limits, which are shares of the time of all processors, ...
MOST_OTHERS = 0.1
MOST_STEAL = 0.05
# ... seconds per second, ...
MOST_THROTTLED = 0.01
# ... processors that others may use beyond those that our threads leave free, ...
MOST_SHARED_CPUS = 0.1
# ... the lowest clock over the highest one, ...
LEAST_CLOCK = 0.9
# ... and the last third of the rounds over the first: of a slow-down (minus one), and of a time.
DRIFT_MARGIN = 0.03
MOST_TIME_DRIFT = 1.5
# A drift counts only if its whole interval at this confidence lies beyond the limit.
DRIFT_CONFIDENCE = 0.999
POWER_CAP = "power cap"


@dataclass(frozen=True)
class GpuSnapshot:
    """A CUDA device at one moment; None for what cannot be read.

    `throttling` are the reasons why its clock is held down.
    """

    clock_mhz: int | None
    temperature_c: int | None
    power_w: float | None
    throttling: tuple[str, ...]
    other_processes: int


@dataclass(frozen=True)
class Snapshot:
    """Counters of the system and of this process at one moment; None for what cannot be read.

    `cpus` are the processors that this process may use. `own_s`, `busy_s` and `stolen_s` are processor time,
    summed over those processors: of this process, of all processes, and of other virtual machines.
    `switches` are involuntary context switches of this process.
    """

    at_s: float
    own_s: float
    busy_s: float | None = None
    stolen_s: float | None = None
    throttled_s: float | None = None
    switches: int | None = None
    load: float | None = None
    clock_mhz: float | None = None
    gpu: GpuSnapshot | None = None
    cpus: int | None = None


@dataclass(frozen=True)
class Gpu:
    """A CUDA device during a sweep: the extremes of its snapshots."""

    lowest_clock_mhz: int | None = None
    highest_clock_mhz: int | None = None
    highest_temperature_c: int | None = None
    highest_power_w: float | None = None
    throttling: tuple[str, ...] = ()
    other_processes: int = 0


@dataclass(frozen=True)
class State:
    """A machine during a sweep; None for what cannot be read.

    `cpus` is the number of processors that this process may use; if it changed, the smallest. `other_cpus` is
    the mean number of these that other processes kept busy. `steal` is the share of their time that went to
    other virtual machines. `throttled` is the time for which quotas of control groups, such as a
    container's, stopped this process, in seconds per second, summed over processors.
    `switches_per_s` is the rate of involuntary context switches of this process.
    """

    cpus: int
    watched_s: float
    load: float | None = None
    other_cpus: float | None = None
    steal: float | None = None
    throttled: float | None = None
    switches_per_s: float | None = None
    lowest_clock_mhz: float | None = None
    highest_clock_mhz: float | None = None
    governor: str = ""
    gpu: Gpu | None = None


def during(snapshots: Sequence[Snapshot], cpus: int, governor: str = "") -> State | None:
    """State between the first and the last snapshot, None for fewer than two snapshots.

    `cpus` is the number of processors over which the snapshots sum.
    """
    if len(snapshots) < 2:
        return None
    first, last = snapshots[0], snapshots[-1]
    watched_s = last.at_s - first.at_s
    steal = _rate(first.stolen_s, last.stolen_s, watched_s)
    clocks_mhz = [s.clock_mhz for s in snapshots if s.clock_mhz is not None]
    return State(
        cpus=min((s.cpus for s in snapshots if s.cpus is not None), default=cpus),
        watched_s=watched_s,
        load=max((s.load for s in snapshots if s.load is not None), default=None),
        other_cpus=_other_cpus(first, last, watched_s),
        steal=None if steal is None else steal / cpus,
        throttled=_rate(first.throttled_s, last.throttled_s, watched_s, shortest_s=0.0),
        switches_per_s=_rate(first.switches, last.switches, watched_s),
        lowest_clock_mhz=min(clocks_mhz, default=None),
        highest_clock_mhz=max(clocks_mhz, default=None),
        governor=governor,
        gpu=_gpu([s.gpu for s in snapshots if s.gpu]),
    )


def _rate(
    before: float | None, after: float | None, watched_s: float, shortest_s: float = SHORTEST_S
) -> float | None:
    """Increase of a counter per second, None if a value is missing or the time is too short."""
    if before is None or after is None or watched_s < shortest_s or not watched_s:
        return None
    return max(0.0, after - before) / watched_s


def _other_cpus(first: Snapshot, last: Snapshot, watched_s: float) -> float | None:
    busy = _rate(first.busy_s, last.busy_s, watched_s)
    own = _rate(first.own_s, last.own_s, watched_s)
    return None if busy is None or own is None else max(0.0, busy - own)


def _gpu(snapshots: Sequence[GpuSnapshot]) -> Gpu | None:
    if not snapshots:
        return None
    clocks_mhz = [s.clock_mhz for s in snapshots if s.clock_mhz is not None]
    throttling: set[str] = set()
    for snapshot in snapshots:
        throttling.update(snapshot.throttling)
    return Gpu(
        lowest_clock_mhz=min(clocks_mhz, default=None),
        highest_clock_mhz=max(clocks_mhz, default=None),
        highest_temperature_c=max(
            (s.temperature_c for s in snapshots if s.temperature_c is not None), default=None
        ),
        highest_power_w=max((s.power_w for s in snapshots if s.power_w is not None), default=None),
        throttling=tuple(sorted(throttling)),
        other_processes=max(s.other_processes for s in snapshots),
    )


def drift(series_s: Sequence[float], baseline_s: Sequence[float] | None) -> Quantity:
    """Last third of the rounds over the first: of the slow-down, or of the time if there is no baseline.

    Raises ValueError for fewer than three rounds.
    """
    third = len(series_s) // 3
    first, last = slice(third), slice(-third, None)
    if baseline_s is None:
        return quotient(MedianOf(series_s[last]), MedianOf(series_s[first]))
    return quotient(
        ratio_of(series_s[last], baseline_s[last]),
        ratio_of(series_s[first], baseline_s[first]),
    )


def disturbances(
    state: State | None, threads: int, drifts: Iterable[tuple[str, Estimate]], time_drift: Estimate | None
) -> tuple[str, ...]:
    """Reasons in words why a sweep is disturbed; () for a quiet one.

    `drifts` are the drifts of the slow-downs by name, `time_drift` is that of the baseline's time, all at
    DRIFT_CONFIDENCE.
    """
    reasons: list[str] = []
    if state:
        reasons += _of_machine(state, threads)
    if state and state.gpu:
        reasons += _of_gpu(state.gpu)
    for name, ratio in drifts:
        if _lies_beyond(ratio, 1 + DRIFT_MARGIN):
            reasons.append(f"the slow-down of {name} drifted by a factor of {ratio.estimate:.2f}")
    if time_drift and _lies_beyond(time_drift, MOST_TIME_DRIFT):
        reasons.append(f"the baseline's time drifted by a factor of {time_drift.estimate:.2f}")
    return tuple(reasons)


def _lies_beyond(ratio: Estimate, limit: float) -> bool:
    """True if the whole interval lies above a limit, or below its inverse."""
    if ratio.low is None or ratio.high is None:
        return False
    return ratio.low > limit or ratio.high < 1 / limit


def _of_machine(state: State, threads: int) -> list[str]:
    reasons = []
    if state.cpus < threads:
        reasons.append(f"it was allowed fewer processors ({state.cpus}) than it has threads ({threads})")
    left_free = max(0, state.cpus - threads) + MOST_SHARED_CPUS
    if state.other_cpus is not None and state.other_cpus > min(MOST_OTHERS * state.cpus, left_free):
        reasons.append(f"other processes used {state.other_cpus:.2f} of {state.cpus} processors")
    if state.steal is not None and state.steal > MOST_STEAL:
        reasons.append(f"other virtual machines took {state.steal:.0%} of the processors' time")
    if state.throttled is not None and state.throttled > MOST_THROTTLED:
        reasons.append(
            f"the quota of its container or control group stopped it for {state.throttled:.2f} s a second"
        )
    low, high = state.lowest_clock_mhz, state.highest_clock_mhz
    if low is not None and high is not None and low < LEAST_CLOCK * high:
        reasons.append(f"the processor's clock went from {high:.0f} to {low:.0f} MHz")
    return reasons


def _of_gpu(gpu: Gpu) -> list[str]:
    reasons = []
    # Many boards run at their power cap whenever they work, so the cap is no disturbance.
    if held_down := [reason for reason in gpu.throttling if reason != POWER_CAP]:
        reasons.append(f"the device's clock was held down: {', '.join(held_down)}")
    if gpu.other_processes:
        reasons.append(f"{gpu.other_processes} other processes hold the device")
    return reasons
