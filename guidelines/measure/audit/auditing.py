"""Measure an audit in passes: the results of all its variants, and what the variants are."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guidelines.measure.audit.as_planned import AsPlanned
from guidelines.measure.audit.plan import Audited, plan
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case, cases
from guidelines.measure.device.devices import describe
from guidelines.measure.device.memory import free_bytes
from guidelines.measure.dropped import explained
from guidelines.measure.passes import Step, TaskOfCase
from guidelines.measure.processes import TURN_LIMIT_S, Result, measure_in_processes
from guidelines.measure.recording import Limits
from guidelines.measure.task import Task
from guidelines.results.audit import REPLAYED, WHOLE, WITHOUT_G4, Audit
from guidelines.results.joining import linked
from guidelines.results.machine import parse_machine
from guidelines.results.model import Run
from guidelines.results.saved_audit import machine_info
from guidelines.spec.condition import DTYPES, Condition
from guidelines.spec.sweep import Sweep

# The least number of rounds of all passes: each network is built anew within them, in each pass.
LEAST_ROUNDS = 40
CONFIDENCE = 0.95
PASSES = 5
GIB = 2**30


@dataclass(frozen=True)
class AuditLimits:
    """Seconds of sampling for everything together, the number of passes, and the longest turn."""

    sampling_s: float = 30.0
    passes: int = PASSES
    turn_limit_s: float = TURN_LIMIT_S


@dataclass
class Auditing:
    """An audit while it is measured; `printed` is what its processes print.

    In each pass, `compiled` of its variants are compiled.
    """

    audited: Audited
    condition: Condition
    limits: AuditLimits
    campaign: Campaign
    other_modes: tuple[str, ...] = ()
    compiled: int = 0
    printed: list[str] = field(default_factory=list)

    @property
    def audit(self) -> Audit:
        """The network's parts, and what its variants are."""
        return replace(plan(self.audited, self.condition).audit, other_modes=self.other_modes)

    @property
    def machine(self) -> dict[str, Any]:
        """The machine, as files hold it."""
        return machine_info(describe([self.condition]))

    @property
    def run(self) -> Run:
        """All that is known."""
        run = linked(self.campaign.entries, self.campaign.failures)
        return replace(
            run,
            machine=parse_machine(self.machine),
            ceilings=self.campaign.ceilings,
            audit=self.audit,
        )

    def steps(self) -> Generator[Step, None, None]:
        """Measure pass after pass, and say what begins and what has ended."""

        def measure(tasks: deque[TaskOfCase]) -> Iterator[tuple[Task, Result | None]]:
            return measure_in_processes(
                tasks, explained, say=self.printed.append, turn_limit_s=self.limits.turn_limit_s
            )

        yield from self.campaign.measure_all(measure, lambda outcome: True)
        self.campaign.keep_everything()


def auditing(
    audited: Audited, condition: Condition, limits: AuditLimits, other_modes: Sequence[str] = ()
) -> Auditing:
    """An audit that is ready to be measured; the network and its parts also in other modes.

    Raises LayerError, TargetError or ValueError if the network cannot be called or taken apart, or its
    operators do not fit into memory.
    """
    known = plan(audited, condition)
    _check_memory(known.sweep, condition)
    conditions = tuple(replace(condition, mode=mode) for mode in (condition.mode, *other_modes))
    of_audit = list(_cases(audited, conditions, known.audit))
    of_variant = Limits(
        max_time_s=limits.sampling_s / len(of_audit), min_rounds=LEAST_ROUNDS, confidence=CONFIDENCE
    )
    campaign = Campaign(conditions, of_variant, seed=0, passes=limits.passes)
    campaign.choose(of_audit)
    return Auditing(
        audited=audited,
        condition=condition,
        limits=limits,
        campaign=campaign,
        other_modes=tuple(other_modes),
        compiled=sum(case.condition.mode == "compile" for case in of_audit),
    )


def _cases(audited: Audited, conditions: Sequence[Condition], audit: Audit) -> Iterator[Case]:
    """All variants in the mode of the audit; in each other one, the network and its parts."""
    in_other_modes = {WHOLE, *(part.variant for part in audit.parts)}
    origin = AsPlanned(audited, audit)
    for case in cases(audited(), conditions, source=audited.target, origin=origin):
        if case.condition == conditions[0] or case.variant.id in in_other_modes:
            yield case


def _check_memory(sweep: Sweep, condition: Condition) -> None:
    """Raise ValueError if there is no room for the tensors of all operators, which are there at once."""
    elements = 0
    for variant in sweep.variants:
        if variant.id not in (WHOLE, REPLAYED, WITHOUT_G4):
            elements += variant.cost(condition).memory_access
    needed, free = elements * DTYPES[condition.dtype].item_bytes, free_bytes(condition.device)
    if free is not None and needed > free:
        raise ValueError(
            f"its operators, which are timed side by side, need about {needed / GIB:.3g} GiB, "
            f"{free / GIB:.3g} GiB are free: give a smaller batch by --input"
        )
