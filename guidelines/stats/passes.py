"""A quantity from passes of a run, each of which measured it in a process of its own.

What differs between processes (memory, neighbours, what a library chose) is not in the interval of one of
them, so the interval comes from the spread between passes (Kalibera and Jones 2013). The centre is the
Hodges-Lehmann estimate, which one odd pass in four hardly moves. All of it is computed on logarithms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean

from guidelines.stats.exact import variance
from guidelines.stats.intervals import Estimate, Exactly, Quantity, Roughly, quantile
from guidelines.stats.pooling import WIDEST_LOG, Around, hodges_lehmann


@dataclass(frozen=True)
class OfPass:
    """The estimate of one pass, and the standard deviation of its logarithm by that pass's own rounds.

    The deviation is None if it is not known.
    """

    estimate: float
    log_deviation: float | None = None

    @staticmethod
    def of(own: Estimate) -> "OfPass":
        """The estimate of a pass from its own interval."""
        return OfPass(own.estimate, own.log_deviation)

    def quantity(self, rounds: int) -> Quantity:
        """The estimate with the interval of its own deviation, which holds for this pass only."""
        deviation = self.log_deviation
        if deviation is None:
            return Roughly(self.estimate, rounds)

        def at(confidence: float) -> Estimate:
            side = quantile(confidence) * deviation
            if side > WIDEST_LOG:
                return Roughly(self.estimate, rounds)(confidence)
            factor = exp(side)
            low, high = self.estimate / factor, self.estimate * factor
            return Estimate(self.estimate, low=low, high=high, confidence=confidence, rounds=rounds)

        return at


def over_passes(passes: Sequence[OfPass], rounds: int) -> Quantity:
    """The quantity that several passes estimate; `rounds` are those of all of them.

    Interval: Student's t with (passes - 1) degrees of freedom. The variance of a pass is that between passes,
    or that which passes know of themselves if it is larger: by chance, few passes lie close together. A
    single pass gives no interval.
    Raises ValueError for no passes.
    """
    if not passes:
        raise ValueError("no passes")
    logs = [log(each.estimate) for each in passes]
    centre = hodges_lehmann(logs)
    if len(logs) == 1:
        return Roughly(exp(centre), rounds)
    own = [each.log_deviation**2 for each in passes if each.log_deviation is not None]
    of_one_pass = max(variance(logs), fmean(own) if own else 0.0)
    if of_one_pass == 0:
        return Exactly(exp(centre), rounds)
    deviation = sqrt(of_one_pass / len(logs))
    return Around(centre=centre, deviation=deviation, degrees=len(logs) - 1, rounds=rounds)
