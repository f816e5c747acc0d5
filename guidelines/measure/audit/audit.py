"""Measure an audit in passes: the results of all its variants, and what the variants are."""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from guidelines.measure.audit.plan import Audited, plan
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import cases
from guidelines.measure.dropped import explained
from guidelines.measure.passes import Step, TaskOfCase
from guidelines.measure.processes import TURN_LIMIT_S, Result, measure_in_processes
from guidelines.measure.recording import Limits
from guidelines.measure.task import Task
from guidelines.results.ceilings import Ceilings
from guidelines.results.model import Entry, Failure
from guidelines.spec.condition import Condition

# The least number of rounds of all passes: each network is built anew within them, in each pass.
LEAST_ROUNDS = 40
CONFIDENCE = 0.95
PASSES = 5


@dataclass(frozen=True)
class AuditLimits:
    """Seconds of sampling for all operators together, the number of passes, and the longest turn."""

    sampling_s: float = 60.0
    passes: int = PASSES
    turn_limit_s: float = TURN_LIMIT_S


@dataclass
class Auditing:
    """An audit while it is measured."""

    audited: Audited
    condition: Condition
    limits: AuditLimits
    printed: list[str]
    campaign: Campaign

    @property
    def entries(self) -> list[Entry]:
        """The results so far."""
        return self.campaign.entries

    @property
    def failures(self) -> list[Failure]:
        """The variants that failed so far."""
        return self.campaign.failures

    @property
    def ceilings(self) -> tuple[Ceilings, ...]:
        """What the device does at best, from each pass that measured it."""
        return self.campaign.ceilings

    def steps(self) -> Generator[Step, None, None]:
        """Measure pass after pass, and say what begins and what has ended."""

        def measure(tasks: deque[TaskOfCase]) -> Iterator[tuple[Task, Result | None]]:
            return measure_in_processes(
                tasks, explained, say=self.printed.append, turn_limit_s=self.limits.turn_limit_s
            )

        yield from self.campaign.measure_all(measure, lambda outcome: True)
        self.campaign.keep_everything()


def auditing(audited: Audited, condition: Condition, limits: AuditLimits) -> Auditing:
    """An audit that is ready to be measured.

    Raises LayerError, TargetError or ValueError if the network cannot be called or taken apart.
    """
    known = plan(audited, condition)
    of_audit = list(cases(audited(), [condition], source=audited.target, origin=audited))
    campaign = Campaign(
        conditions=(condition,),
        limits=Limits(
            max_time_s=limits.sampling_s / len(known.sweep.variants),
            min_rounds=LEAST_ROUNDS,
            confidence=CONFIDENCE,
        ),
        seed=0,
        passes=limits.passes,
    )
    campaign.choose(of_audit)
    return Auditing(audited, condition, limits, [], campaign)


