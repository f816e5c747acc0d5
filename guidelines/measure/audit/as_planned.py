"""The sweep of an audit in a process that builds the network anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from guidelines.measure.audit.plan import Audited, Plan, plan
from guidelines.measure.case import Sweeps
from guidelines.measure.dropped import explained
from guidelines.measure.task import OriginError
from guidelines.results.audit import Audit
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep

DIFFERS = (
    "its operators differ from build to build or from call to call, so that no two processes would time the "
    "same; possible: a network that draws the same each time, such as after random.seed(0)"
)


@dataclass(frozen=True)
class AsPlanned:
    """The network to audit, and the audit that was planned of it. Calling it gives its sweeps.

    Each pass is a process of its own, and with a single one it is the same: no option helps a network that is
    not the same in each of them. The sweeps raise OriginError for it.
    """

    audited: Audited
    audit: Audit

    def __call__(self) -> Sweeps:
        """The function that gives the sweep under a condition."""
        return self._sweeps

    def _sweeps(self, condition: Condition) -> Iterator[Sweep]:
        planned = self._planned(condition)
        if planned.audit != self.audit:
            raise OriginError(DIFFERS)
        yield planned.sweep

    def _planned(self, condition: Condition) -> Plan:
        try:
            return plan(self.audited, condition)
        except Exception as error:  # whatever a user's network raises
            dropped = explained(error)
            if dropped is None:
                raise
            raise OriginError(f"it cannot be built in a process of its own: {dropped.reason}") from error
