"""Unrounded distances to recorded devices, and departures from them, as flat records."""

from collections.abc import Sequence

from guidelines.analysis.machines.nearest import Nearest, Neighbour
from guidelines.report.figures import Record, of_estimate
from guidelines.report.records import of_comparison, of_machine


def of_nearest(found: Sequence[Nearest]) -> list[Record]:
    """A record for each of one's own devices and each recorded one, the nearest first.

    `near` is 1 for the first one and for those that are equally near, unless none is near.
    """
    records: list[Record] = []
    for each in found:
        records += [_of_neighbour(each, neighbour) for neighbour in each.neighbours]
    return records


def departures(found: Sequence[Nearest]) -> list[Record]:
    """The rows of `guidelines compare` in which a device departs from its nearest one, which is A."""
    records: list[Record] = []
    for each in found:
        if each.first:
            departing = [row.b.place for row in each.first.departures]
            whose: Record = {"files": " ".join(each.own.sources), "recorded_device": each.first.name}
            places = [row.b.place for row in each.first.comparison.rows]
            for place, record in zip(places, of_comparison(each.first.comparison), strict=True):
                if place in departing:
                    records.append(whose | record)
    return records


def _of_neighbour(found: Nearest, neighbour: Neighbour) -> Record:
    is_first = found.first is neighbour or neighbour.name in found.equally_near
    return {
        **of_machine(found.own),
        "device": found.own.measured[0].place.condition.device,
        "recorded_device": neighbour.name,
        **of_estimate(neighbour.distance, "distance"),
        "slowdowns": neighbour.distance.rounds if neighbour.distance else 0,
        "about_launches": neighbour.about_launches,
        "sweeps_compared": neighbour.sweeps,
        "sweeps_departing": len(neighbour.departures),
        "near": int(neighbour.distance is not None and found.is_near and is_first),
    }
