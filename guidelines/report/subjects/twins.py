"""Write which machines differ from others of their kind, in sentences that name them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from guidelines.analysis.machines.disturbed import Disturbed
from guidelines.analysis.machines.twins import (
    CONFIDENCE,
    LEAST_OF_EFFECT,
    LEAST_OF_TIME,
    AllTwins,
    Pair,
    Twin,
    Twins,
)
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.same_machine import Kind
from guidelines.report.digits import brackets, level, number, percent, with_interval
from guidelines.report.document import Section
from guidelines.report.labels import attributes
from guidelines.report.short_labels import short_labels
from guidelines.results.number_of import number_of
from guidelines.stats.intervals import Estimate
from guidelines.stats.outlying import TIMES_THE_SPREAD, Deviation

TITLE = "Machines beside their twins"
# Machines that are named; a page and files for programs hold all of them.
MOST_SENTENCES, MOST_NAMED = 24, 3
Labels = Mapping[Kind, str]


def name_of(results: MachineResults) -> str:
    """The name of a machine, or its host, or its file."""
    return results.machine.name or results.machine.node or results.sources[0]


def kind_labels(kinds: Iterable[Kind]) -> dict[Kind, str]:
    """A label for each kind, which tells it from the others."""
    every = list(dict.fromkeys(kinds))
    known = [attributes(kind.machine, kind.condition) for kind in every]
    return dict(zip(every, short_labels(known), strict=True))


def sections(twins: AllTwins, labels: Labels) -> tuple[Section, ...]:
    """The machines that differ, those that may, and how they were compared; none without twins."""
    differing = [pair for pair in twins.pairs if pair.differs]
    if not twins.several and not differing:
        return ()
    named = _sentences(twins, labels)
    more = len(named) - MOST_SENTENCES
    if more > 0:
        named = [*named[:MOST_SENTENCES], f"and {more} more machines, which the other formats name"]
    named += [_pair(pair, labels) for pair in differing]
    if not named and any(of_kind.passes > 1 for of_kind in twins.several):
        named = [f"no machine differs from its twins: {_numbers(twins)}"]
    notes = (*_notes(twins.several, labels), *(_method() if twins.several else ()))
    return (Section(TITLE, verdicts=tuple(named), notes=notes),)


def summary(twins: AllTwins) -> str:
    """The number of machines that differ, with the names of the first; "" for none."""
    named = [name_of(twin.results) for twin in _named(twins)]
    if not named:
        return ""
    verb = "differs from its twins" if len(named) == 1 else "differ from their twins"
    return f"{number_of(len(named), 'machine')} {verb}: {shortened(named)}"


def sentence(twin: Twin, twins: int) -> str:
    """A machine that differs: "6 % slower than its 11 twins [4, 8]; G1, G2 like theirs"."""
    said = []
    beside = ""
    if twin.time.is_named:
        said.append(f"{_slower(twin)} than {_compared(twin.time, twins)} {_ends(twin.time)}")
        beside = "theirs"
    for guideline, deviation in twin.effects.items():
        if deviation.is_named:
            than = beside or f"that of {_compared(deviation, twins)}"
            apart = _apart(deviation, "larger", "smaller")
            said.append(f"{guideline}'s effect {apart} than {than} {_ends(deviation)}")
            beside = "theirs"
    if twin.disturbed.is_named:
        said.append(_often(twin.disturbed))
    if not twin.time.is_named:
        said.append(f"its time is {with_interval(twin.time.ratio)} of theirs")
    alike = [name for name, each in twin.effects.items() if each.is_alike]
    unclear = [name for name, each in twin.effects.items() if not each.is_alike and not each.is_named]
    said += [f"{', '.join(alike)} like theirs"] if alike else []
    said += [f"{', '.join(unclear)} unclear"] if unclear else []
    return "; ".join(said)


def _often(disturbed: Disturbed) -> str:
    """Counts of passes: "disturbed in one way in 5 of 5 passes, its twins in 0 of 10 (such as REASON)"."""
    own, twins = (f"{each.times} of {each.of}" for each in (disturbed.own, disturbed.twins))
    return f"disturbed in one way in {own} passes, its twins in {twins} (such as {disturbed.such_as})"


def _compared(deviation: Deviation, twins: int) -> str:
    """The twins that a machine is compared with: "its 11 twins", or "9 of its 11 twins"."""
    some = f"{deviation.others} of " if deviation.others < twins else ""
    return f"{some}its {number_of(twins, 'twin')}"


def _named(twins: AllTwins) -> Iterator[Twin]:
    for of_kind in twins.several:
        yield from (twin for twin in of_kind.machines if twin.is_named)


def _sentences(twins: AllTwins, labels: Labels) -> list[str]:
    """A sentence for each machine that differs, the slowest first."""
    told: list[tuple[float, str]] = []
    for of_kind in twins.several:
        where = f" ({labels[of_kind.kind]})" if len(labels) > 1 else ""
        for twin in of_kind.machines:
            if twin.is_named:
                line = f"{name_of(twin.results)}: {sentence(twin, of_kind.number - 1)}{where}"
                told.append((twin.time.ratio.estimate, line))
    return [line for _, line in sorted(told, key=lambda each: -each[0])]


def _pair(pair: Pair, labels: Labels) -> str:
    """Two machines that differ."""
    fast, slow, ratio = name_of(pair.first), name_of(pair.second), pair.ratio
    if ratio is None:
        return ""
    if ratio.estimate < 1:
        fast, slow, ratio = slow, fast, ratio.inverse()
    where = f" ({labels[pair.kind]})" if len(labels) > 1 else ""
    apart = f"{number(_percents(ratio))} % slower than {fast} {brackets(_percents(ratio))}"
    return f"{slow}: {apart}; which of the two is the odd one is not known{where}"


def _notes(several: Sequence[Twins], labels: Labels) -> Iterator[str]:
    """Notes on what the passes do not tell."""
    for of_kind in several:
        label = labels[of_kind.kind]
        if of_kind.passes == 1:
            yield f"{label}: one pass tells no interval, so that no machine is named; {_farthest(of_kind)}"
        unclear = [f"{name_of(each.results)} ({_slower(each)})" for each in of_kind.machines if each.is_open]
        if unclear and of_kind.passes > 1:
            yield f"{label}: may differ, more passes would tell: {shortened(unclear)}"
        margin = max((each.time.margin for each in of_kind.machines), default=LEAST_OF_TIME)
        if margin > LEAST_OF_TIME:
            yield f"{label}: the machines differ so much that only {percent(margin)} and more count"
        if of_kind.alone:
            names = shortened([name_of(each) for each in of_kind.alone])
            yield f"{label}: not compared, no network in common with two twins in one pass: {names}"


def _farthest(of_kind: Twins) -> str:
    """The machine that lies farthest from its twins, which a single pass does not name."""
    farthest = max(of_kind.machines, key=lambda twin: abs(twin.time.ratio.estimate - 1), default=None)
    if farthest is None or not farthest.time.is_open:
        return f"all lie within {percent(LEAST_OF_TIME)}"
    twins = _compared(farthest.time, of_kind.number - 1)
    name = name_of(farthest.results)
    return f"the farthest from {twins} is {name}, {_slower(farthest)}: try --passes 5"


def _slower(twin: Twin) -> str:
    return _apart(twin.time, "slower", "faster")


def _method() -> tuple[str, ...]:
    return (
        "twins: machines whose descriptions differ by nothing but their names, under one condition. In each "
        "pass a machine is compared with the median of its twins, which cancels what slows all of them: its "
        "time, averaged over all networks, and each guideline's effect. [ ]: over passes, by Student's t; "
        f"all intervals hold together at {level(CONFIDENCE)}. A machine that is apart in each pass alone, "
        "but by another share each time, has the least and the greatest of them",
        f"a machine is named if the whole interval lies beyond {percent(LEAST_OF_TIME)} for a time, "
        f"{percent(LEAST_OF_EFFECT)} for an effect, and {TIMES_THE_SPREAD} times what half of the machines "
        "of its kind differ by; it is like its twins if the interval lies within. It is also named if "
        "something of one kind disturbs most of its passes, and more of them than chance explains (Fisher's "
        "exact test)",
    )


def _numbers(twins: AllTwins) -> str:
    """The numbers of machines and kinds that were compared."""
    machines = sum(of_kind.number for of_kind in twins.several)
    return f"{number_of(machines, 'machine')} of {number_of(len(twins.several), 'kind')} compared"


def _apart(deviation: Deviation, above: str, below: str) -> str:
    """The size of a difference without its interval: "6 % slower"."""
    ratio = deviation.ratio
    if ratio.estimate < 1:
        ratio, above = ratio.inverse(), below
    return f"{number(_percents(ratio))} % {above}"


def _ends(deviation: Deviation) -> str:
    ratio = deviation.ratio if deviation.ratio.estimate >= 1 else deviation.ratio.inverse()
    return brackets(_percents(ratio))


def _percents(ratio: Estimate) -> Estimate:
    """The percentages by which a ratio exceeds 1; an end that is not positive becomes the smallest shown."""
    least = 1e-4
    low, high = (None if end is None else max(least, 100 * (end - 1)) for end in (ratio.low, ratio.high))
    return Estimate(
        max(least, 100 * (ratio.estimate - 1)),
        low=low,
        high=high,
        confidence=ratio.confidence,
        rounds=ratio.rounds,
    )


def shortened(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    more = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED])
    return f"{named} and {more} more" if more > 0 else named
