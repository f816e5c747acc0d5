"""Cases of a run: every variant of every sweep under each condition."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import NamedTuple

from guidelines.measure.batch import device_bound
from guidelines.measure.dropped import Explain, explained
from guidelines.results.checked import printable
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.mistakes import misfits, shown
from guidelines.spec.sweep import Sweep, Variant

Sweeps = Callable[[Condition], Iterable[Sweep]]
# Gives the function that yields the sweeps, also in another process.
Origin = Callable[[], Sweeps]


@dataclass(frozen=True)
class Case:
    """One test: a variant of a sweep under a condition; `source` is the function that asks for it.

    `origin` finds the sweep again in another process. The sweep gets `time_share` of the time that a variant
    may take: the default modes of a device share it, and so do the default rules for widths.
    """

    condition: Condition
    sweep: Sweep
    variant: Variant
    source: str = ""
    origin: Origin | None = field(default=None, compare=False)
    time_share: float = 1.0

    @property
    def sweep_id(self) -> str:
        """The sweep under its condition, which is measured as a whole: "G2 x1 cpu".

        It is printable and not too long, so that a journal gives it back as it is.
        """
        return printable(f"{self.sweep.guideline} {self.sweep.name} {self.condition.id}")

    @property
    def id(self) -> str:
        """The id of the test, which -k can match: "cpu-x1-g8"."""
        return f"{self.condition.id}-{self.sweep.name}-{self.variant.id}"


def cases(
    sweeps: Sweeps,
    conditions: Iterable[Condition],
    source: str = "",
    *,
    origin: Origin | None = None,
    time_share: Callable[[Condition, int], float] = lambda condition, rules: 1.0,
    may_lack: Callable[[Condition], bool] = lambda condition: False,
) -> Iterator[Case]:
    """Every variant of every sweep under each condition; a sweep that two channel rules share comes once.

    `time_share` is given the number of channel rules under which a sweep of that name is measured. A
    condition that `may_lack` sweeps has none if they raise ValueError, as for widths that do not exist.
    Raises ValueError if two sweeps under one condition have the same name.
    """
    asked: dict[Hashable, _Asked] = {}
    for condition in conditions:
        for sweep in _named_once(_sweeps_of(sweeps, condition, source, may_lack), source):
            each = _Asked(condition, sweep)
            asked.setdefault(each.identity, each)
    rules = Counter(each.name for each in asked.values())
    for each in asked.values():
        share = time_share(each.condition, rules[each.name])
        for variant in each.sweep.variants:
            yield Case(each.condition, each.sweep, variant, source, origin=origin, time_share=share)


class _Asked(NamedTuple):
    """A sweep under a condition."""

    condition: Condition
    sweep: Sweep

    @property
    def identity(self) -> Hashable:
        """Facts that make two sweeps the same, whatever the rule for their widths."""
        return replace(self.condition, channel_rule=""), self.sweep

    @property
    def name(self) -> Hashable:
        """The name that it shares with the sweep of another rule in its place."""
        return replace(self.condition, channel_rule=""), self.sweep.guideline, self.sweep.name


def _sweeps_of(
    sweeps: Sweeps, condition: Condition, source: str, may_lack: Callable[[Condition], bool]
) -> Sequence[Sweep]:
    if misfit := misfits(sweeps, condition):
        raise ValueError(f"{source}: sweeps must take one argument, the condition ({misfit})")
    try:
        return list(_checked(sweeps(condition), source))
    except ValueError:
        if may_lack(condition):
            return ()
        raise


def _checked(sweeps: object, source: str) -> Iterator[Sweep]:
    """The sweeps that a function gave. Raises ValueError for anything else that it gave."""
    if not isinstance(sweeps, Iterable):
        raise ValueError(f"{source}: sweeps(condition) must yield Sweep objects, it returned {shown(sweeps)}")
    for sweep in sweeps:
        if not isinstance(sweep, Sweep):
            raise ValueError(f"{source}: sweeps(condition) must yield Sweep objects, it gave {shown(sweep)}")
        yield sweep


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


def settled(
    cases: Sequence[Case],
    known: Mapping[str, int],
    *,
    tell: Callable[[Case], None] = lambda case: None,
    explain: Explain = explained,
) -> tuple[list[Case], dict[str, int]]:
    """Give each sweep under AUTO_BATCH the batch that `--batch-size auto` chooses for it.

    Returns the cases and the chosen batches by the id of their sweep; those in `known` are taken as they
    are. `tell` is called with the first case of each sweep whose batch took measuring.
    Raises ValueError if the batch is known without measuring and was asked for as well.
    """
    _check_asked_once(cases)
    batches = dict(known)
    search = cache(partial(device_bound, explain=explain))
    for case in cases:
        if case.condition.batch_size != AUTO_BATCH or case.sweep_id in batches:
            continue
        batches[case.sweep_id] = search(case.condition, case.sweep.baseline)
        if not case.condition.device.is_cpu:
            tell(_with_batch(case, batches))
    return [_with_batch(case, batches) for case in cases], batches


def _with_batch(case: Case, batches: Mapping[str, int]) -> Case:
    """A case with the batch of its sweep, unless its batch was given."""
    if case.condition.batch_size != AUTO_BATCH:
        return case
    return replace(case, condition=replace(case.condition, batch_size=batches[case.sweep_id]))


def _check_asked_once(cases: Iterable[Case]) -> None:
    """Raise ValueError if a CPU's batch, which is always 1, was asked for as well."""
    conditions = dict.fromkeys(case.condition for case in cases)
    for condition in conditions:
        as_chosen = replace(condition, batch_size=1, is_auto_batch=False)
        if condition.batch_size == AUTO_BATCH and condition.device.is_cpu and as_chosen in conditions:
            raise ValueError(
                f"--batch-size auto: the batch for {condition.device} is 1, which is in the list as well"
            )
