"""Pass after pass over all sweeps of a run: what is measured next, and what is known so far."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from guidelines.measure.case import Case
from guidelines.measure.ceilings import CeilingsWanted
from guidelines.measure.outcome import Outcome
from guidelines.measure.processes import Died, Result
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.measure.task import Task
from guidelines.results.ceilings import Ceilings

# The spread between fewer passes says too little to end a sweep by precision.
LEAST_PASSES = 3
# Seconds that a run takes for a second of sampling, until its first pass has shown it.
USUAL_OVERHEAD = 1.4
# Seconds that a process takes to start, for which torch is most of it.
USUAL_START_S = 2.0

TaskOfCase = tuple[Task, Case]
# Measures a queue of tasks; yields each with None when it begins, and with its result when it has ended.
Measure = Callable[[deque[TaskOfCase]], Iterator[tuple[Task, Result | None]]]
AGAIN = "again, because something disturbed it"
IN_TIME_LEFT = "in the time that precise sweeps have left"


@dataclass(frozen=True)
class PassBegins:
    """A pass that begins: its number, its sweeps, why it is more than was planned, and the time left."""

    number: int
    sweeps: int
    why: str
    left_s: float


@dataclass(frozen=True)
class SweepBegins:
    """A sweep that is measured next, and the time left."""

    sweep: SweepPasses
    left_s: float


@dataclass(frozen=True)
class SweepEnds:
    """A sweep whose pass is over: its results, what all passes so far know together, and the time left."""

    sweep: SweepPasses
    number: int
    results: Outcome
    outcome: Outcome
    left_s: float


Step = PassBegins | SweepBegins | Ceilings | SweepEnds


@dataclass(frozen=True)
class _Plan:
    """The sweeps of one pass, and why it is more than was planned."""

    number: int
    sweeps: list[SweepPasses]
    why: str = ""


@dataclass
class Passes:
    """The passes of a run.

    With a `precision`, sweeps that are precise and `is_decided` end early, and the time that they leave goes
    to further passes of the others. Disturbed passes are measured again up to `retries` times. `until` is the
    last pass of those `planned` that is measured now, None for all; more are measured only after the last.
    """

    sweeps: Sequence[SweepPasses]
    planned: int
    seed: int
    until: int | None = None
    precision: float | None = None
    retries: int = 0
    is_decided: Callable[[Outcome], bool] = lambda outcome: True
    ceilings: CeilingsWanted = field(default_factory=CeilingsWanted)
    clock: Callable[[], float] = time.perf_counter
    _begun_at_s: float = field(init=False, default=0.0)
    _sampled_s: float = field(init=False, default=0.0)
    _overhead: float | None = field(init=False, default=None)

    def steps(self, measure: Measure) -> Iterator[Step]:
        """Measure every pass, and say what begins and what has ended; the run goes on between steps."""
        self._begun_at_s = self.clock()
        for plan in self._plans():
            yield PassBegins(plan.number, len(plan.sweeps), plan.why, self._left_s())
            random.Random(f"{self.seed} sweeps {plan.number}").shuffle(plan.sweeps)
            yield from self._steps(plan, measure)
            if self._sampled_s:
                self._overhead = (self.clock() - self._begun_at_s) / self._sampled_s

    def _steps(self, plan: _Plan, measure: Measure) -> Iterator[Step]:
        tasks: deque[TaskOfCase] = deque()
        sweeps = {sweep.case.sweep_id: sweep for sweep in plan.sweeps}
        for sweep in plan.sweeps:
            task = sweep.task(plan.number)
            if task:
                tasks.append((self.ceilings.added(task), sweep.case))
        for task, result in measure(tasks):
            sweep = sweeps[task.sweep_id]
            if result is None:
                yield SweepBegins(sweep, self._left_s())
                continue
            if isinstance(result, Ceilings):
                self.ceilings.keep(result)
                yield result
                continue
            if isinstance(result, Died) and self.ceilings.are_due(task):
                yield self.ceilings.given_up(task, result.reason)
                tasks.append((replace(task, ceilings_s=0.0), sweep.case))
                continue
            sweep.add(task, result)
            rest = sweep.task(task.number)
            if rest:  # a network ended its process; the others go on without it
                tasks.append((rest, sweep.case))
                continue
            self._sampled_s += sweep.pass_s
            yield SweepEnds(
                sweep=sweep,
                number=task.number,
                results=sweep.outcomes[task.number],
                outcome=sweep.outcome(),
                left_s=self._left_s(),
            )

    def _plans(self) -> Iterator[_Plan]:
        """The passes, each of which is planned when the ones before have ended."""
        last = self.planned if self.until is None else self.until
        for number in range(1, last + 1):
            going_on = [sweep for sweep in self.sweeps if self._goes_on(sweep) and sweep.left(number)]
            if going_on:
                yield _Plan(number, going_on)
        if last < self.planned:
            return
        yield from self._further_plans()
        while plans := self._plans_again():
            yield from plans

    def _goes_on(self, sweep: SweepPasses) -> bool:
        """True if a sweep needs another pass; one that does not is stopped by its precision."""
        if self.precision is None or len(sweep.outcomes) < LEAST_PASSES:
            return True
        if sweep.is_precise(self.precision) and self.is_decided(sweep.outcome()):
            sweep.stopped = "precision"
            return False
        return True

    def _further_plans(self) -> Iterator[_Plan]:
        """Passes of the sweeps that are not precise, in the time that the others have left."""
        if self.precision is None:
            return
        left_s = sum(sweep.pass_s * (self.planned - len(sweep.outcomes)) for sweep in self.sweeps)
        number = self.planned
        while True:
            number += 1
            further: list[SweepPasses] = []
            for sweep in self.sweeps:
                if 0 < sweep.pass_s <= left_s and self._goes_on(sweep) and sweep.left(number):
                    further.append(sweep)
                    left_s -= sweep.pass_s
            if not further:
                return
            yield _Plan(number, further, IN_TIME_LEFT)

    def _plans_again(self) -> list[_Plan]:
        """The disturbed passes that may be measured again, each by a process of its own as before."""
        again: dict[int, list[SweepPasses]] = {}
        for sweep in self.sweeps:
            for number, reasons in sweep.to_retry(self.retries).items():
                sweep.measure_again(number, reasons)
                again.setdefault(number, []).append(sweep)
        return [_Plan(number, again[number], AGAIN) for number in sorted(again)]

    def _left_s(self) -> float:
        """Estimate of the time that the planned passes still take."""
        left_s, most_left = 0.0, 0
        for sweep in self.sweeps:
            if not sweep.is_over:
                passes_left = max(0, self.planned - len(sweep.outcomes))
                left_s += sweep.pass_s * passes_left
                most_left = max(most_left, passes_left)
        if self._overhead is not None:
            return left_s * self._overhead
        return left_s * USUAL_OVERHEAD + most_left * USUAL_START_S
