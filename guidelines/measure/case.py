"""Cases of a run: every variant of every sweep under each condition."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guidelines.measure.batch import device_bound
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.sweep import Sweep, Variant

Sweeps = Callable[[Condition], Iterable[Sweep]]


@dataclass(frozen=True)
class Case:
    """One test: a variant of a sweep under a condition; `source` is the function that asks for it."""

    condition: Condition
    sweep: Sweep
    variant: Variant
    source: str = ""

    @property
    def sweep_id(self) -> str:
        """The sweep under its condition, measured together, for people: "G2 x1 cpu"."""
        return f"{self.sweep.guideline} {self.sweep.name} {self.condition.id}"

    @property
    def id(self) -> str:
        """The id of the test, which -k can match: "cpu-x1-g8"."""
        return f"{self.condition.id}-{self.sweep.name}-{self.variant.id}"


def cases(sweeps: Sweeps, conditions: Iterable[Condition], source: str = "") -> Iterator[Case]:
    """Every variant of every sweep under each condition; a sweep that two channel rules share, once.

    Raises ValueError if two sweeps under one condition have the same name.
    """
    seen = set()
    for condition in conditions:
        names: list[str] = []
        for sweep in sweeps(condition):
            if sweep.name in names:
                raise ValueError(f"{source}: two sweeps are called {sweep.name}")
            names.append(sweep.name)
            identity = replace(condition, channel_rule=""), sweep
            if identity not in seen:
                seen.add(identity)
                for variant in sweep.variants:
                    yield Case(condition, sweep, variant, source)


def check_countable(cases: Iterable[Case]) -> None:
    """Raises ValueError if the work of a network, or of its baseline, is not known."""
    for case in cases:
        for variant in (case.sweep.baseline, case.variant):
            try:
                variant.cost(case.condition)
            except ValueError as error:
                raise ValueError(f"{case.sweep_id} {variant.name}: {error}") from error


def settled(cases: Sequence[Case], known: Mapping[str, int]) -> tuple[list[Case], dict[str, int]]:
    """Cases with the batch that `--batch-size auto` finds, one for all sweeps of a condition.

    Batches go by the condition's id; those known are not looked for again. Raises ValueError if the
    batch that is found was asked for as well.
    """
    batches = dict(known)
    for condition in dict.fromkeys(case.condition for case in cases if _is_open(case)):
        if condition.id not in batches:
            baselines = dict.fromkeys(case.sweep.baseline for case in cases if case.condition == condition)
            batches[condition.id] = device_bound(condition, list(baselines)).batch_size
    closed = [_closed(case, batches) if _is_open(case) else case for case in cases]
    for case, asked in zip(closed, cases, strict=True):
        if _is_open(asked) and case in cases:
            raise ValueError(
                f"--batch-size auto: the batch for {case.condition.device} is {case.condition.batch_size}, "
                "which is in the list as well"
            )
    return closed, batches


def _is_open(case: Case) -> bool:
    return case.condition.batch_size == AUTO_BATCH


def _closed(case: Case, batches: Mapping[str, int]) -> Case:
    return replace(case, condition=replace(case.condition, batch_size=batches[case.condition.id]))
