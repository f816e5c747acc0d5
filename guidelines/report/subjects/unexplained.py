"""Say why slow-downs, or factors of them, are not explained."""

from collections.abc import Iterator, Sequence

from guidelines.analysis.account.possible import Share, impossible
from guidelines.analysis.account.sufficient import CEILINGS_TELL
from guidelines.analysis.account.unexplained import Reasons, unknown, without_operators
from guidelines.analysis.measured import MachineResults, distinct
from guidelines.report.digits import DIGITS_WITHOUT_INTERVAL
from guidelines.results.ceilings import CeilingsKey, key_of
from guidelines.results.model import VariantKey
from guidelines.results.number_of import number_of

# Networks without operators that a note names.
MOST_NAMED = 3


def label(key: CeilingsKey) -> str:
    """Label of ceilings by what they depend on: "cpu, float32, nchw, 1 thread"."""
    threads = f"{key.threads} thread{'s' * (key.threads > 1)}"
    cudnn = "" if key.device.is_cpu else f"cuDNN {key.cudnn}"
    return ", ".join(filter(None, (key.device, key.dtype, key.layout, threads, cudnn)))


def unexplained(results: MachineResults) -> Iterator[str]:
    """Notes on factors that are unknown, and on networks that cannot be explained."""
    notes: list[str] = []
    for each in unknown(results):
        of = ", ".join((label(key_of(each.condition)), *each.guidelines))
        notes += [f"{of}: {note}" for note in _unknown(each.reasons)]
    yield from dict.fromkeys(notes)
    yield from _without_operators(without_operators(results))
    yield from _too_fast(impossible(results))


def unmeasured(results: MachineResults) -> Iterator[str]:
    """Notes on the other figures that are not there, and why."""
    told: dict[CeilingsKey, set[str]] = {}
    for each in unknown(results):
        told.setdefault(key_of(each.condition), set()).update(*each.reasons.values())
    reasons: dict[CeilingsKey, tuple[str, ...]] = {}
    for ceilings in results.ceilings:
        reasons[ceilings.key] = distinct((reasons.get(ceilings.key, ()), ceilings.missing))
    for key, of_key in reasons.items():
        others = [reason for reason in of_key if reason not in told.get(key, ())]
        if others:
            yield f"{label(key)}: not measured: {'; '.join(others)}"


def _unknown(reasons: Reasons) -> Iterator[str]:
    """A note on each factor that is unknown, or one if that leaves no account."""
    if len(reasons) == len(CEILINGS_TELL):
        yield f"slow-downs are not explained: {'; '.join(distinct(reasons.values()))}"
        return
    for factor, of_factor in reasons.items():
        yield f"{factor} not known: {'; '.join(of_factor)}"


def _without_operators(networks: Sequence[VariantKey]) -> Iterator[str]:
    """A note on networks whose operators are unknown."""
    if networks:
        named = [_name(key) for key in networks[:MOST_NAMED]]
        more = ", ..." if len(networks) > MOST_NAMED else ""
        yield (
            f"the file lacks the operators of {number_of(len(networks), 'network')}, so that slow-downs are "
            f"not explained ({', '.join(named)}{more})"
        )


def _too_fast(shares: dict[VariantKey, Share]) -> Iterator[str]:
    """Notes on networks that are faster than is possible, which shows that ceilings are wrong."""
    below = {key: share for key, share in shares.items() if share.is_below_floor}
    others = {key: share for key, share in shares.items() if key not in below}
    if below:
        worst = max(below, key=lambda key: below[key].floor)
        share = f"a floor of {_times(below[worst].floor)} times its time"
        yield _note(len(below), "the floor", f"{_name(worst)}: {share}")
    if others:
        worst = max(others, key=lambda key: others[key].of_both)
        floor, launches = others[worst]
        share = f"launches of {_times(launches)} times its time"
        if floor:
            share = f"a floor of {_times(floor)} and {share}"
        least = "the floor and the launches" if floor else "the launches"
        yield _note(len(others), least, f"{_name(worst)}: {share}")


def _note(networks: int, least: str, worst: str) -> str:
    take = "a network takes" if networks == 1 else f"{networks} networks take"
    return (
        f"{take} less time than {least}, so that their slow-downs are not explained: the device can do more "
        f"than was measured ({worst})"
    )


def _name(key: VariantKey) -> str:
    return f"{key.sweep.guideline} {key.sweep.sweep} {key.variant}"


def _times(share: float) -> str:
    return f"{share:.{DIGITS_WITHOUT_INTERVAL}g}"
