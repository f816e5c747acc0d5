"""Cases of a run: every variant of every sweep under each condition."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from guidelines.measure.batch import device_bound
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.sweep import Sweep, Variant

Sweeps = Callable[[Condition], Iterable[Sweep]]
# Gives the function that yields the sweeps, also in another process.
Origin = Callable[[], Sweeps]


@dataclass(frozen=True)
class Case:
    """One test: a variant of a sweep under a condition; `source` is the function that asks for it.

    `origin` finds the sweep again in another process. `time_share` is the share of a variant's time that it
    gets under this condition.
    """

    condition: Condition
    sweep: Sweep
    variant: Variant
    source: str = ""
    origin: Origin | None = field(default=None, compare=False)
    time_share: float = 1.0

    @property
    def sweep_id(self) -> str:
        """The sweep under its condition, which is measured as a whole: "G2 x1 cpu"."""
        return f"{self.sweep.guideline} {self.sweep.name} {self.condition.id}"

    @property
    def id(self) -> str:
        """The id of the test, which -k can match: "cpu-x1-g8"."""
        return f"{self.condition.id}-{self.sweep.name}-{self.variant.id}"


def cases(
    sweeps: Sweeps, conditions: Iterable[Condition], source: str = "", origin: Origin | None = None
) -> Iterator[Case]:
    """Every variant of every sweep under each condition; a sweep that two channel rules share comes once.

    Raises ValueError if two sweeps under one condition have the same name.
    """
    seen = set()
    for condition in conditions:
        for sweep in _named_once(sweeps(condition), source):
            identity = replace(condition, channel_rule=""), sweep
            if identity in seen:
                continue
            seen.add(identity)
            for variant in sweep.variants:
                yield Case(condition, sweep, variant, source, origin=origin)


def _named_once(sweeps: Iterable[Sweep], source: str) -> Iterator[Sweep]:
    names = set()
    for sweep in sweeps:
        if sweep.name in names:
            raise ValueError(f"{source}: two sweeps are called {sweep.name}")
        names.add(sweep.name)
        yield sweep


def check_countable(cases: Iterable[Case]) -> None:
    """Raises ValueError if the work of a network, or of its baseline, is not known."""
    for case in cases:
        for variant in (case.sweep.baseline, case.variant):
            try:
                variant.cost(case.condition)
            except ValueError as error:
                raise ValueError(f"{case.sweep_id} {variant.name}: {error}") from error


def settled(cases: Sequence[Case], known: Mapping[str, int]) -> tuple[list[Case], dict[str, int]]:
    """Replace AUTO_BATCH by the batch that `--batch-size auto` chooses, one for all sweeps of a condition.

    Returns the cases and their batches by the id of the condition as it was; those in `known` are taken
    as they are. Raises ValueError if the chosen batch was asked for as well.
    """
    batches = dict(known)
    settled = []
    for case in cases:
        if case.condition.batch_size != AUTO_BATCH:
            settled.append(case)
            continue
        condition_id = case.condition.id
        if condition_id not in batches:
            batches[condition_id] = _auto_batch(case.condition, cases)
        closed = replace(case, condition=replace(case.condition, batch_size=batches[condition_id]))
        if closed in cases:
            raise ValueError(
                f"--batch-size auto: the batch for {closed.condition.device} is "
                f"{closed.condition.batch_size}, which is in the list as well"
            )
        settled.append(closed)
    return settled, batches


def _auto_batch(condition: Condition, cases: Iterable[Case]) -> int:
    """The batch that is large enough for the baselines of all sweeps under a condition."""
    baselines = dict.fromkeys(case.sweep.baseline for case in cases if case.condition == condition)
    return device_bound(condition, list(baselines)).batch_size
