"""Figures of a machine beside its twins, for the records of a matrix."""

from guidelines.analysis.machines.twins import AllTwins, Twin
from guidelines.analysis.same_machine import Kind
from guidelines.report.figures import Record, of_estimate
from guidelines.stats.outlying import Deviation


class TwinRecords:
    """The figures of every machine that has twins; empty records if no machine has any."""

    def __init__(self, twins: AllTwins) -> None:
        self._twins: dict[tuple[Kind, int], tuple[Twin, int]] = {}
        for of_kind in twins.several:
            for twin in of_kind.machines:
                self._twins[of_kind.kind, id(twin.results)] = twin, of_kind.number - 1

    def of(self, kind: Kind, machine: int, guideline: str) -> Record:
        """The number of twins; its time, and its effect of a guideline, over theirs; 1 for one that differs.

        Also its passes that something of one kind disturbs, see `Disturbed`, and 1 if they are more than
        those of its twins. `machine` is the identity of its results.
        """
        if not self._twins:
            return {}
        twin, number = self._twins.get((kind, machine), (None, 0))
        return {
            "twins": number,
            **_of_deviation(twin.time if twin else None, "time_over_twins"),
            **_of_deviation(twin.effects.get(guideline) if twin else None, "effect_over_twins"),
            "disturbed_passes": twin.disturbed.own.times if twin else None,
            "disturbed_passes_differ": int(twin.disturbed.is_named) if twin else None,
        }


def _of_deviation(deviation: Deviation | None, name: str) -> Record:
    return {
        **of_estimate(deviation.ratio if deviation else None, name),
        f"{name}_margin": deviation.margin if deviation else None,
        f"{name}_differs": int(deviation.is_named) if deviation else None,
    }
