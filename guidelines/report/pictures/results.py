"""Write the title of a panel: what was found, in a line."""

from collections.abc import Mapping, Sequence

from guidelines.analysis.sweep_result import SweepResult
from guidelines.report.digits import is_about_1, times
from guidelines.report.pictures.legend import Look
from guidelines.report.pictures.panels import Panel
from guidelines.report.pictures.ticks import short_name
from guidelines.stats.intervals import Estimate

PER_MULTIPLY_ADD = " per mult-add"
# Between the results of two machines.
BESIDE = " | "
# The outcomes that a title may count; of equally frequent ones, the first is.
MOST_TELLING = ("holds", "does not hold", "undecided", "launches decide", "no verdict")
# No more tell one of two machines from the other in a title.
MOST_LETTERS = 16


def result(guideline: str, panel: Panel, labels: Mapping[Look, str]) -> str:
    """The result of a panel: "G2 x1 holds: g=8 1.94x slower".

    Of two machines both: "G2 x1 eager holds | compile undecided: g=8 1.94x | 1.02x slower", if a few letters
    of their `labels` tell them apart; else, and of more, their number.
    """
    sweeps = [curve.sweep for curve in panel.curves]
    outcomes = [sweep.verdict.outcome if sweep.verdict else "no verdict" for sweep in sweeps]
    name = f"{guideline} {panel.title}"
    who = _told_apart([labels.get(curve.look, "") for curve in panel.curves])
    if len(sweeps) > 1 and not who:
        first = max(MOST_TELLING, key=outcomes.count)
        return f"{name} {first} on {outcomes.count(first)} of {len(sweeps)}"
    effects = _effects(sweeps)
    told = [f"{label} {outcome}" for label, outcome in zip(who, outcomes, strict=True)] if who else outcomes
    line = f"{name} {BESIDE.join(told)}"
    if not effects:
        return line
    is_per_multiply_add = any(sweep.is_judged_per_multiply_add for sweep in sweeps)
    unit = PER_MULTIPLY_ADD if is_per_multiply_add else ""
    return f"{line}: {_deciding(sweeps)}{effects}{unit}"


def _told_apart(labels: Sequence[str]) -> tuple[str, ...]:
    """A few letters for each of two labels: "A" and "B", or the words that only one has; () without any."""
    if len(labels) != 2:
        return ()
    begins = [label.partition(": ")[0] for label in labels if ": " in label]
    if len(set(begins)) == 2 and max(map(len, begins)) <= MOST_LETTERS:
        return tuple(begins)
    one, other = (label.split(", ") for label in labels)
    own = [word for word in one if word not in other], [word for word in other if word not in one]
    who = tuple(", ".join(words) for words in own)
    return who if all(0 < len(each) <= MOST_LETTERS for each in who) else ()


def _deciding(sweeps: Sequence[SweepResult]) -> str:
    """The variant that decides, named as below the panel, if it is the same on all machines."""
    names = {sweep.extreme for sweep in sweeps}
    return f"{short_name(names.pop())} " if len(names) == 1 else ""


def _effects(sweeps: Sequence[SweepResult]) -> str:
    """The slow-downs that decide, with their direction behind the last of those that share it."""
    slowdowns = [sweep.verdict.slowdown for sweep in sweeps if sweep.verdict]
    if len(slowdowns) < len(sweeps):
        return ""
    texts = []
    directions = [_direction(slowdown) for slowdown in slowdowns]
    for number, slowdown in enumerate(slowdowns):
        size = slowdown if slowdown.estimate >= 1 else slowdown.inverse()
        is_said_later = directions[number] in directions[number + 1 :]
        texts.append(times(size) if is_said_later else f"{times(size)} {directions[number]}".rstrip())
    return BESIDE.join(texts)


def _direction(slowdown: Estimate) -> str:
    """Slower or faster; "" if the slow-down is 1 as it is shown."""
    if is_about_1(slowdown if slowdown.estimate >= 1 else slowdown.inverse()):
        return ""
    return "slower" if slowdown.estimate >= 1 else "faster"
