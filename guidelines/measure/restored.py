"""A pass of a sweep from the journal of an earlier run, taken over if it fits the variants of this one."""

from collections.abc import Container, Sequence

from guidelines.measure.case import Case
from guidelines.measure.outcome import Outcome, place
from guidelines.measure.recording import CONTROL
from guidelines.results.checked import printable
from guidelines.results.model import Entry, Failure


def restored(chosen: Sequence[Case], failed: Container[str], results: Sequence[Entry | Failure]) -> Outcome:
    """The outcome of a pass from a journal; {} if it is not of the chosen variants.

    Those whose ids are in `failed` may be missing: they failed in an earlier pass and were not tried again.
    Raises ValueError if one is of another network now.
    """
    by_name = {result.place.variant: result for result in results if not _is_control(result)}
    names = {printable(case.variant.name) for case in chosen}
    needed = {printable(case.variant.name) for case in chosen if case.variant.id not in failed}
    if not needed <= by_name.keys() <= names:
        return {}
    outcome: Outcome = {}
    for case in chosen:
        result = by_name.get(printable(case.variant.name))
        if result:
            _check_same(case, result)
            outcome[case.variant.id] = result
    for control in filter(_is_control, results):
        outcome[CONTROL] = control
    return outcome


def _is_control(result: Entry | Failure) -> bool:
    return isinstance(result, Failure) and result.is_control


def _check_same(case: Case, result: Entry | Failure) -> None:
    then = result.identity if isinstance(result, Entry) else result
    is_same = (
        then.place == place(case.sweep, case.variant.name, case.condition)
        and then.widths == case.variant.widths
        and then.work.multiply_adds == case.variant.cost(case.condition).multiply_adds
    )
    if not is_same:
        raise ValueError(f"{case.sweep_id} {case.variant.name} is another network now than in the journal")
