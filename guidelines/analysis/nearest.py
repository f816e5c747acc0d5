"""Find the recorded device whose curves are nearest to a machine's, and where the machine departs from it.

The distance of two devices is the root mean square of the logarithms of the ratios of their slow-downs, over
the variants that both measured under the same condition but for the device; what noise alone would add to its
square is taken off. It is given as a factor: devices at 1.1 have slow-downs that differ by a tenth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from typing import NamedTuple

from guidelines.analysis.compare import CompareError, Comparison, GuidelineComparison, compare
from guidelines.analysis.compared import Compared
from guidelines.analysis.measured import MachineResults
from guidelines.results.model import VariantKey
from guidelines.spec.condition import Condition, Device
from guidelines.stats.intervals import Estimate, quantile
from guidelines.stats.pooling import REFERENCE_CONFIDENCE

# Two GPUs of one family (H100 and H200) lie at 1.06, two runs of one machine at 1.00, processors of two
# makers at 1.13, all of them measured by this suite.
NEAR = 1.1
CHANGES = ("more", "less")


class _Difference(NamedTuple):
    """The logarithm of a ratio of slow-downs, and the deviations of the recorded one and of one's own."""

    log_ratio: float
    recorded: float
    own: float

    @property
    def square(self) -> float:
        """The square of the true difference, without what noise adds on average."""
        return self.log_ratio**2 - self.recorded**2 - self.own**2


@dataclass(frozen=True)
class Neighbour:
    """A recorded device beside one's own: in the comparison, A is the recorded one.

    `distance` is a factor; its `rounds` are the slow-downs that it is taken over. `about_launches` is the
    number of those that are left out because they say nothing of a device. `departures` are the sweeps whose
    slow-downs changed, each by the row that changed most, the largest change first.
    """

    name: str
    comparison: Comparison
    distance: Estimate | None
    departures: tuple[Compared, ...]
    about_launches: int

    @property
    def sweeps(self) -> int:
        """Number of sweeps in which a slow-down is compared."""
        return len({row.sweep for row in device_rows(self.comparison)})


@dataclass(frozen=True)
class Nearest:
    """The recorded devices beside one's own, the nearest first, then those without a distance.

    `equally_near` are the names of those that may be as near as the first.
    """

    own: MachineResults
    neighbours: tuple[Neighbour, ...]
    equally_near: tuple[str, ...]

    @property
    def first(self) -> Neighbour | None:
        """The nearest device, None if no slow-down about a device is in common with any."""
        return next((each for each in self.neighbours if each.distance), None)

    @property
    def is_near(self) -> bool:
        """True unless even the nearest device is for certain farther away than NEAR."""
        distance = self.first.distance if self.first else None
        return distance is not None and (distance.low or 0.0) <= NEAR


def by_device(results: MachineResults) -> list[MachineResults]:
    """The results of each device of a machine."""
    devices = dict.fromkeys(m.place.condition.device for m in results.measured)
    of_devices = []
    for device in devices:
        measured = tuple(m for m in results.measured if m.place.condition.device == device)
        failures = tuple(f for f in results.failures if f.place.condition.device == device)
        of_devices.append(replace(results, measured=measured, failures=failures))
    return of_devices


def nearest(own: MachineResults, recorded: Mapping[str, MachineResults]) -> Nearest:
    """Hold the results of one device against those of recorded devices, each under its name."""
    neighbours = []
    for name, results in recorded.items():
        compared = _comparison(results, own)
        if compared and _of_same_networks(compared):
            neighbours.append(_neighbour(name, compared))
    neighbours.sort(key=_farness)
    return Nearest(own, tuple(neighbours), tuple(_equally_near(neighbours)))


def device_rows(comparison: Comparison) -> list[Compared]:
    """The rows of a comparison whose slow-downs are those of one network on two devices."""
    return [row for row in _of_same_networks(comparison) if not row.is_about_launches]


def _of_same_networks(comparison: Comparison) -> list[Compared]:
    return [row for row in comparison.rows if row.effect and row.a.network == row.b.network]


def _comparison(recorded: MachineResults, own: MachineResults) -> Comparison | None:
    """A comparison under the conditions that both have but for the device; None if there is none."""
    own_conditions = {_but_for_device(each): each for each in _conditions(own)}
    parts = []
    for condition in _conditions(recorded):
        if alike := own_conditions.get(_but_for_device(condition)):
            try:
                parts.append(compare(_under(condition, recorded), _under(alike, own)))
            except CompareError:  # only baselines
                continue
    if not parts:
        return None
    guidelines: list[GuidelineComparison] = []
    for part in parts:
        guidelines += part.guidelines if len(parts) == 1 else map(_with_condition, part.guidelines)
    confidence = max(part.confidence for part in parts)
    return Comparison(
        a=recorded,
        b=own,
        confidence=confidence,
        guidelines=tuple(guidelines),
        only_a=(),
        only_b=(),
        speedup=None,
    )


def _but_for_device(condition: Condition) -> Condition:
    return replace(condition, device=Device(), device_name="")


def _conditions(results: MachineResults) -> list[Condition]:
    return list(dict.fromkeys(m.place.condition.shared for m in results.measured))


def _under(condition: Condition, results: MachineResults) -> MachineResults:
    """The results under one condition."""
    measured = tuple(m for m in results.measured if m.place.condition.shared == condition)
    return replace(results, measured=measured, failures=())


def _with_condition(guideline: GuidelineComparison) -> GuidelineComparison:
    """A guideline whose rows name their condition, because it is not the only one."""
    rows = tuple(replace(row, condition=guideline.b.id) for row in guideline.rows)
    return replace(guideline, rows=rows)


def _neighbour(name: str, comparison: Comparison) -> Neighbour:
    return Neighbour(
        name=name,
        comparison=comparison,
        distance=_distance(_differences(comparison)),
        departures=tuple(_departures(device_rows(comparison))),
        about_launches=sum(row.is_about_launches for row in _of_same_networks(comparison)),
    )


def _departures(rows: Iterable[Compared]) -> list[Compared]:
    """The row of each sweep that changed most, if one did; the largest change first."""
    most: dict[str, Compared] = {}
    for row in rows:
        if row.effect and row.effect.direction in CHANGES:
            most[row.sweep] = max(most.get(row.sweep, row), row, key=_size)
    return sorted(most.values(), key=_size, reverse=True)


def _size(row: Compared) -> float:
    return abs(log(row.effect.ratio.estimate)) if row.effect else 0.0


def _differences(comparison: Comparison) -> dict[VariantKey, _Difference]:
    """The difference of each row whose two slow-downs have intervals, by one's own variant."""
    differences = {}
    for row in device_rows(comparison):
        recorded, own = row.slowdowns(REFERENCE_CONFIDENCE)
        if recorded.log_deviation is not None and own.log_deviation is not None:
            log_ratio = log(own.estimate / recorded.estimate)
            differences[row.b.place.key] = _Difference(log_ratio, recorded.log_deviation, own.log_deviation)
    return differences


def _distance(differences: Mapping[VariantKey, _Difference]) -> Estimate | None:
    """The distance as a factor with its interval; None without differences."""
    if not differences:
        return None
    deviations = {}
    for key, each in differences.items():
        noise = each.recorded**2 + each.own**2
        deviations[key] = _deviation_of_square(each.log_ratio, noise)
    square = sum(each.square for each in differences.values()) / len(differences)
    side = quantile(REFERENCE_CONFIDENCE) * _deviation_of_mean(deviations)
    low, middle, high = (exp(sqrt(max(0.0, end))) for end in (square - side, square, square + side))
    return Estimate(middle, low=low, high=high, confidence=REFERENCE_CONFIDENCE, rounds=len(differences))


def _deviation_of_square(difference: float, noise: float) -> float:
    """Standard deviation of the square of a difference with normal noise of a given variance."""
    return sqrt(noise * (4 * difference**2 + 2 * noise))


def _deviation_of_mean(deviations: Mapping[VariantKey, float]) -> float:
    """Standard deviation of a mean; the variants of a sweep err together, because they share a baseline."""
    of_sweeps: dict[object, float] = {}
    for key, deviation in deviations.items():
        of_sweeps[key.sweep] = of_sweeps.get(key.sweep, 0.0) + deviation
    return sqrt(sum(each**2 for each in of_sweeps.values())) / len(deviations)


def _farness(neighbour: Neighbour) -> tuple[bool, float]:
    """A key that sorts the nearest device first, and those without a distance last."""
    differences = _differences(neighbour.comparison).values()
    if not differences:
        return True, 0.0
    return False, sum(each.square for each in differences) / len(differences)


def _equally_near(neighbours: Sequence[Neighbour]) -> list[str]:
    """The names of the devices that may be as near as the first one."""
    if not neighbours:
        return []
    first = _differences(neighbours[0].comparison)
    others = {each.name: _differences(each.comparison) for each in neighbours[1:] if each.distance}
    return [name for name, other in others.items() if not _is_nearer(first, other)]


def _is_nearer(one: Mapping[VariantKey, _Difference], other: Mapping[VariantKey, _Difference]) -> bool:
    """True if the first device is for certain nearer, by the variants that all three measured."""
    shared = [key for key in one if key in other]
    if not shared:
        return False
    deviations, total = {}, 0.0
    for key in shared:
        near, far = one[key], other[key]
        total += far.square - near.square
        of_own = 2 * (far.log_ratio - near.log_ratio) * near.own  # the same samples stand in both
        of_near = _deviation_of_square(near.log_ratio, near.recorded**2)
        of_far = _deviation_of_square(far.log_ratio, far.recorded**2)
        deviations[key] = sqrt(of_own**2 + of_near**2 + of_far**2)
    return total / len(shared) > quantile(REFERENCE_CONFIDENCE) * _deviation_of_mean(deviations)
