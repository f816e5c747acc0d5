"""One sweep in one pass: what to measure, as data that a fresh process can be told, and how it is done."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from guidelines.measure.case import Origin
from guidelines.measure.dropped import Dropped, Explain, explained
from guidelines.measure.outcome import Outcome, failure_of, outcome
from guidelines.measure.profile.peaks import peaks
from guidelines.measure.recording import Limits
from guidelines.measure.sweep import measure_sweep
from guidelines.results.ceilings import Ceilings
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep

# Plain values that can be compared between processes.
Facts = tuple[object, ...]


class OriginError(Exception):
    """Sweeps that a fresh process does not find as they were; its message is one line."""


@dataclass(frozen=True)
class Task:
    """A sweep to measure in one pass; limits are those of the pass.

    `variants` are the ids of all variants of the sweep, `chosen` those to measure with their baseline, and
    `checked` those whose output and work need no check, because an earlier pass checked them. `retried` are
    the reasons why earlier measurements of this pass were dropped. `own_processes` is the number of processes
    of this run that hold a CUDA device. `facts` are those of the networks to measure, which must be the same
    in every process. `ceilings_s` are the seconds in which to measure the ceilings of the condition first, 0
    for none.
    """

    sweep_id: str
    number: int
    condition: Condition
    sweep: str
    variants: tuple[str, ...]
    chosen: tuple[str, ...]
    limits: Limits
    seed: int
    checked: frozenset[str] = frozenset()
    retried: tuple[str, ...] = ()
    own_processes: int = 1
    facts: Facts = ()
    ceilings_s: float = 0.0


def facts(sweep: Sweep, chosen: Collection[str], condition: Condition) -> Facts:
    """The claim of a sweep, and widths and work of its baseline and chosen variants."""
    claim = (sweep.guideline, sweep.claim, sweep.expect, sweep.per_multiply_add, sweep.claims_every_row)
    networks: list[object] = []
    for variant in sweep.variants:
        if variant.id in chosen or variant is sweep.baseline:
            cost = variant.cost(condition)
            networks.append(
                (variant.name, variant.widths, variant.groups, cost.multiply_adds, cost.parameters)
            )
    return (claim, *networks)


def measure(
    task: Task,
    sweep: Sweep,
    explain: Explain = explained,
    turn: Callable[[str], object] = lambda variant: None,
) -> Outcome:
    """Time the sweep of a task in this process; `turn` is told whose turn it is, see `measure_sweep`."""
    recording = measure_sweep(
        sweep,
        task.chosen,
        task.condition,
        task.limits,
        seed=task.seed,
        number=task.number,
        already_checked=task.checked,
        own_processes=task.own_processes,
        explain=explain,
        turn=turn,
    )
    return outcome(
        sweep,
        task.chosen,
        task.condition,
        recording,
        confidence=task.limits.confidence,
        seed=task.seed,
        number=task.number,
        retried=task.retried,
    )


def ceilings(task: Task) -> Iterator[Ceilings]:
    """Measure the ceilings that a task asks for; nothing if it asks for none."""
    if task.ceilings_s:
        yield peaks(task.condition, number=task.number, budget_s=task.ceilings_s)


def found(task: Task, origin: Origin) -> Sweep:
    """The sweep of a task, in a process that does not have it yet. Raises OriginError if it differs."""
    for sweep in origin()(task.condition):
        if sweep.name == task.sweep:
            if tuple(variant.id for variant in sweep.variants) != task.variants:
                raise OriginError(
                    f"{task.sweep_id} has other variants in a process of its own; use --passes 1"
                )
            if facts(sweep, task.chosen, task.condition) != task.facts:
                raise OriginError(
                    f"{task.sweep_id} has other networks in a process of its own; use --passes 1"
                )
            return sweep
    raise OriginError(f"{task.sweep_id} is not defined in a process of its own; use --passes 1")


def failed(task: Task, sweep: Sweep, dropped: Dropped) -> Outcome:
    """The outcome of a task that gave none: every chosen variant failed."""
    return {
        variant.id: failure_of(sweep, variant, task.condition, dropped)
        for variant in sweep.variants
        if variant.id in task.chosen
    }
