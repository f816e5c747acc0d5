"""What the machine did besides while a sweep was measured, and when that disturbs the figures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from guidelines.stats.intervals import Estimate, MedianOf, Quantity, ratio_of
from guidelines.stats.pooling import quotient

# In a shorter time the counters of the system, which count in 10 ms, say nothing.
SHORTEST_S = 0.5
# Beyond these a sweep counts as disturbed. Of all processors' time, or of a time:
MOST_OTHERS = 0.1
MOST_STEAL = 0.05
MOST_THROTTLED = 0.01
# The others may use what our threads leave free, and so much of a processor more.
MOST_SHARED_CPUS = 0.1
LEAST_CLOCK = 0.9
# A slow-down has drifted where the ratio of its last to its first third lies beyond this, surely.
DRIFT_MARGIN = 0.03
DRIFT_CONFIDENCE = 0.999
MOST_TIME_DRIFT = 1.5
POWER_CAP = "power cap"


@dataclass(frozen=True)
class GpuSnapshot:
    """A CUDA device at one moment, None for what it does not say.

    `throttling` names why its clock is held down.
    """

    clock_mhz: int | None
    temperature_c: int | None
    power_w: float | None
    throttling: tuple[str, ...]
    other_processes: int


@dataclass(frozen=True)
class Snapshot:
    """Counters of the system and of this process at one moment; None for what cannot be read.

    Busy, stolen and own seconds are processor time, summed over processors.
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


@dataclass(frozen=True)
class Gpu:
    """A CUDA device during a sweep: the extremes that were seen."""

    lowest_clock_mhz: int | None = None
    highest_clock_mhz: int | None = None
    highest_temperature_c: int | None = None
    highest_power_w: float | None = None
    throttling: tuple[str, ...] = ()
    other_processes: int = 0


@dataclass(frozen=True)
class State:
    """A machine during a sweep; None for what cannot be read.

    `other_cpus`: processors that other processes kept busy, on average, of `cpus`. `steal`: share of the
    processors' time that went to other virtual machines. `throttled`: seconds a second, summed over
    processors, for which a container's quota stopped it. `switches_per_s`: how often it had to yield its
    processor.
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
    """The state between the first and the last of two or more snapshots, None for fewer."""
    if len(snapshots) < 2:
        return None
    first, last = snapshots[0], snapshots[-1]
    watched_s = last.at_s - first.at_s
    long_enough = watched_s >= SHORTEST_S

    def rate(read: Callable[[Snapshot], float | None]) -> float | None:
        before, after = read(first), read(last)
        return max(0.0, after - before) / watched_s if long_enough and None not in (before, after) else None  # type: ignore[operator]  # neither is None

    busy, own, steal = rate(lambda s: s.busy_s), rate(lambda s: s.own_s), rate(lambda s: s.stolen_s)
    clocks = [s.clock_mhz for s in snapshots if s.clock_mhz is not None]
    return State(
        cpus=cpus,
        watched_s=watched_s,
        load=max((s.load for s in snapshots if s.load is not None), default=None),
        other_cpus=None if busy is None or own is None else max(0.0, busy - own),
        steal=None if steal is None else steal / cpus,
        throttled=rate(lambda s: s.throttled_s),
        switches_per_s=rate(lambda s: s.switches),
        lowest_clock_mhz=min(clocks, default=None),
        highest_clock_mhz=max(clocks, default=None),
        governor=governor,
        gpu=_gpu([s.gpu for s in snapshots if s.gpu]),
    )


def _gpu(seen: Sequence[GpuSnapshot]) -> Gpu | None:
    if not seen:
        return None
    clocks = [s.clock_mhz for s in seen if s.clock_mhz is not None]
    temperatures = [s.temperature_c for s in seen if s.temperature_c is not None]
    return Gpu(
        lowest_clock_mhz=min(clocks, default=None),
        highest_clock_mhz=max(clocks, default=None),
        highest_temperature_c=max(temperatures, default=None),
        highest_power_w=max((s.power_w for s in seen if s.power_w is not None), default=None),
        throttling=tuple(sorted({reason for s in seen for reason in s.throttling})),
        other_processes=max(s.other_processes for s in seen),
    )


def drift(series_s: Sequence[float], baseline_s: Sequence[float] | None) -> Quantity:
    """The last third of the rounds over the first: of the slow-down, or of the time without a baseline.

    Raises ValueError for fewer than three rounds.
    """
    third = len(series_s) // 3

    def of(rounds: slice) -> Quantity:
        return (
            MedianOf(series_s[rounds])
            if baseline_s is None
            else ratio_of(series_s[rounds], baseline_s[rounds])
        )

    return quotient(of(slice(-third, None)), of(slice(third)))


def disturbances(
    state: State | None, threads: int, drifts: Iterable[tuple[str, Estimate]], time_drift: Estimate | None
) -> tuple[str, ...]:
    """Why a sweep counts as disturbed, in words; none for a quiet one.

    `drifts` are those of the slow-downs by name at DRIFT_CONFIDENCE, `time_drift` that of the baseline.
    """
    return (
        *(_of_machine(state, threads) if state else ()),
        *(_of_gpu(state.gpu) if state and state.gpu else ()),
        *(
            f"the slow-down of {name} drifted by a factor of {ratio.estimate:.2f}"
            for name, ratio in drifts
            if _lies_beyond(ratio, 1 + DRIFT_MARGIN)
        ),
        *(
            [f"the baseline's time drifted by a factor of {time_drift.estimate:.2f}"]
            if time_drift and _lies_beyond(time_drift, MOST_TIME_DRIFT)
            else []
        ),
    )


def _lies_beyond(ratio: Estimate, limit: float) -> bool:
    """Whether the whole interval lies above a limit, or below its inverse."""
    if ratio.low is None or ratio.high is None:
        return False
    return ratio.low > limit or ratio.high < 1 / limit


def _of_machine(state: State, threads: int) -> list[str]:
    found = []
    left_free = max(0, state.cpus - threads) + MOST_SHARED_CPUS
    if state.other_cpus is not None and state.other_cpus > min(MOST_OTHERS * state.cpus, left_free):
        found.append(f"other processes used {state.other_cpus:.2f} of {state.cpus} processors")
    if state.steal is not None and state.steal > MOST_STEAL:
        found.append(f"other virtual machines took {state.steal:.0%} of the processors' time")
    if state.throttled is not None and state.throttled > MOST_THROTTLED:
        found.append(f"the container's quota stopped it for {state.throttled:.2f} s a second")
    low, high = state.lowest_clock_mhz, state.highest_clock_mhz
    if low is not None and high is not None and low < LEAST_CLOCK * high:
        found.append(f"the processor's clock went from {high:.0f} to {low:.0f} MHz")
    return found


def _of_gpu(gpu: Gpu) -> list[str]:
    found = []
    # Many boards run at their power cap whenever they work: recorded, but no disturbance.
    if held_down := [reason for reason in gpu.throttling if reason != POWER_CAP]:
        found.append(f"the device's clock was held down: {', '.join(held_down)}")
    if gpu.other_processes:
        found.append(f"{gpu.other_processes} other processes hold the device")
    return found
