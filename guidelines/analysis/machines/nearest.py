"""Find the recorded device whose curves are nearest to a machine's, and where the machine departs from it.

What is compared are the slow-downs that both measured under the same condition but for the device.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from guidelines.analysis.compare import CompareError, Comparison, GuidelineComparison, compare
from guidelines.analysis.compared import Compared
from guidelines.analysis.machines.distance import differences, distance, is_nearer, mean_square
from guidelines.analysis.measured import MachineResults, Measured
from guidelines.spec.condition import Condition, Device
from guidelines.stats.intervals import Estimate

# Two GPUs of one family (H100 and H200) lie at 1.06, two runs of one machine at 1.01, processors of two
# makers at 1.13, all of them measured by this suite.
NEAR = 1.1
CHANGES = ("more", "less")


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

    @property
    def not_compared(self) -> dict[Condition, list[str]]:
        """One's own guidelines, by condition, that the nearest device lacks."""
        compared = {_place(row.b) for row in self.first.comparison.rows} if self.first else set()
        left_out: dict[Condition, list[str]] = {}
        for condition, guideline in dict.fromkeys(map(_place, self.own.measured)):
            if (condition, guideline) not in compared:
                left_out.setdefault(condition, []).append(guideline)
        return left_out


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


def _place(measured: Measured) -> tuple[Condition, str]:
    return measured.place.condition.shared, measured.place.guideline


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
        distance=distance(differences(device_rows(comparison))),
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


def _farness(neighbour: Neighbour) -> tuple[bool, float]:
    """A key that sorts the nearest device first, and those without a distance last."""
    known = differences(device_rows(neighbour.comparison))
    return (False, mean_square(known)) if known else (True, 0.0)


def _equally_near(neighbours: Sequence[Neighbour]) -> list[str]:
    """The names of the devices that may be as near as the first one."""
    if not neighbours:
        return []
    first = differences(device_rows(neighbours[0].comparison))
    others = [each for each in neighbours[1:] if each.distance]
    return [each.name for each in others if not is_nearer(first, differences(device_rows(each.comparison)))]
