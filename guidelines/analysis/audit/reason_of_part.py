"""Say why an operator of a network is slower than its alternative: traffic, launches or kernels."""

from dataclasses import replace

from guidelines.analysis.account.account import Account
from guidelines.analysis.account.explain import account_between
from guidelines.analysis.account.possible import floors, impossible
from guidelines.analysis.account.sufficient import Sufficiency
from guidelines.analysis.measured import results_of
from guidelines.results.audit import Timed
from guidelines.results.model import Run
from guidelines.stats.intervals import Estimate


class ReasonOfParts:
    """The operators of an audit beside what its device does at best."""

    def __init__(self, run: Run) -> None:
        results = results_of(run)
        self._sufficiency = Sufficiency(results.ceilings)
        self._measured = {each.place.variant: each for each in results.measured}
        self._floors_s = {key.variant: floor_s for key, floor_s in floors(results).items()}
        self._too_fast = {key.variant for key in impossible(results)}

    def account(self, variant: str, instead: Timed, slowdown: Estimate) -> Account | None:
        """The account of a part's slow-down relative to its alternative, per multiply-add.

        None if it is unknown, or if one of them is faster than is possible.
        """
        if not self._too_fast.isdisjoint((variant, instead.variant)):
            return None
        own, other = self._measured[variant], self._measured[instead.variant]
        identity = replace(own.identity, work_ratio=1 / instead.work)
        compared = replace(own, identity=identity, slowdown=slowdown.at)
        account = account_between(compared, other, self._sufficiency)
        return account.per_multiply_add if account else None

    def floor_share(self, variant: str) -> float | None:
        """The floor of an operator over its time; None if it is unknown."""
        if variant not in self._floors_s:
            return None
        each = self._measured[variant]
        return self._floors_s[variant] / each.seconds_per_call(each.confidence).estimate
