"""Write the answer: a line for each guideline and device, or one for each guideline if these are many."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.answer import Conclusion, conclusions, leaves_out_eager
from guidelines.analysis.finding import Finding
from guidelines.analysis.measured import distinct
from guidelines.analysis.tables import Table
from guidelines.report.digits import decimals, rounded
from guidelines.report.document import AnswerLine, Tone
from guidelines.report.labels import NOT_COUNTED
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.uncounted import PUBLISHED_WIDTHS
from guidelines.spec.condition import ALIGNED, Condition, widths_of
from guidelines.stats.intervals import Estimate

# Lines of the answer; its title is one more.
MOST_LINES = 9
MOST_DECIMALS = 2
TONES: dict[Finding, Tone] = {
    "holds": "good",
    "does not hold": "bad",
    "holds in part": "part",
    "undecided": "open",
}
# Findings before the number of conditions under which a guideline does not simply hold.
OTHERS: dict[Finding, str] = {"does not hold": "not", "holds in part": "in part", "undecided": "undecided"}
# Says which tables the answer leaves out.
TELLS_OF_DEVICE = "cudagraph, measured too, tells of the device"
EAGER = AnswerLine(
    name="eager", outcome=NOT_COUNTED, tone="aside", effect=TELLS_OF_DEVICE, effect_in_full=TELLS_OF_DEVICE
)
# For sweeps of a guideline that claim different things.
AS_CLAIMED = "as claimed"
OPPOSITE = {"slower": "faster", "faster": "slower", AS_CLAIMED: "opposite to the claim"}


def lines(machines: Sequence[Sequence[Table]]) -> tuple[AnswerLine, ...]:
    """The answer from the tables of each machine, in at most MOST_LINES lines."""
    if any(leaves_out_eager(tables) for tables in machines):
        return (*_lines(machines, MOST_LINES - 1), EAGER)
    return _lines(machines, MOST_LINES)


def _lines(machines: Sequence[Sequence[Table]], most: int) -> tuple[AnswerLine, ...]:
    of_machines = [conclusions(tables) for tables in machines]
    every: list[Conclusion] = []
    for of_machine in of_machines:
        every += of_machine
    if len(of_machines) == 1 and len(every) <= most:
        labels = _labels(every)
        return tuple(_line(each, labels[_told(each)]) for each in every)
    by_guideline: dict[str, list[Conclusion]] = {}
    for each in every:
        by_guideline.setdefault(each.guideline, []).append(each)
    noun = _noun(of_machines)
    counted = [_counted(of_guideline, noun) for of_guideline in by_guideline.values()]
    if len(counted) <= most:
        return tuple(counted)
    return (*counted[: most - 1], _others(list(by_guideline)[most - 1 :]))


def _labels(every: Iterable[Conclusion]) -> dict[Condition, str]:
    """The device of each condition, and what differs between conditions if a device has several."""
    conditions = distinct([_told(each)] for each in every)
    devices = Counter(condition.device for condition in conditions)
    if all(number == 1 for number in devices.values()):
        return {condition: str(condition.device) for condition in conditions}
    labels = {}
    for condition, label in condition_labels(conditions).items():
        device = str(condition.device)
        labels[condition] = label if device in label else ", ".join(filter(None, (device, label)))
    return labels


def _told(conclusion: Conclusion) -> Condition:
    """The condition as its label tells it: without the kind of widths if the line speaks of both."""
    if conclusion.at_published_widths is None:
        return conclusion.condition
    return replace(conclusion.condition, channel_rule="")


def _noun(machines: Sequence[Sequence[Conclusion]]) -> str:
    if len(machines) == 1:
        return "under {} conditions"
    is_one_each = all(len({_of_any_widths(each) for each in of_machine}) == 1 for of_machine in machines)
    return "on {} machines" if is_one_each else "on {} machines or conditions"


def _of_any_widths(conclusion: Conclusion) -> Condition:
    return replace(conclusion.condition, channel_rule="")


def _line(conclusion: Conclusion, label: str) -> AnswerLine:
    is_in_part = conclusion.finding == "holds in part"
    return AnswerLine(
        name=f"{conclusion.guideline} {label}",
        outcome=f"holds in {conclusion.held} of {conclusion.judged}" if is_in_part else conclusion.finding,
        tone=TONES[conclusion.finding],
        effect=_effect([conclusion], in_full=False),
        effect_in_full=_effect([conclusion], in_full=True),
        rest=conclusion.needed or _undecided(conclusion),
        claim=conclusion.claim,
    )


def _undecided(conclusion: Conclusion) -> str:
    """The undecided sweeps beside others: "x1, x2 undecided (too few passes: try --passes 5)"."""
    by_cause: dict[str, list[str]] = {}
    for sweep, cause in conclusion.open.items():
        by_cause.setdefault(cause, []).append(sweep)
    return "; ".join(f"{', '.join(sweeps)} undecided ({cause})" for cause, sweeps in by_cause.items())


def _counted(of_guideline: Sequence[Conclusion], noun: str) -> AnswerLine:
    """One line for a guideline under several conditions, with the number of those under which it holds."""
    findings = Counter(each.finding for each in of_guideline if each.effects)
    held, total = findings["holds"], findings.total()
    under = noun.partition(" ")[0]
    others = [f"{OTHERS[name]} {under} {number}" for name, number in findings.items() if name != "holds"]
    if without := len(of_guideline) - total:
        others.append(f"no verdict {under} {without}")
    tone: Tone = "part" if held or findings["holds in part"] else "open"
    if held == total > 0:
        tone = "good"
    elif findings["does not hold"] == total > 0:
        tone = "bad"
    return AnswerLine(
        name=of_guideline[0].guideline,
        outcome=f"holds {noun.format(f'{held} of {total}')}",
        tone=tone,
        effect=_effect(of_guideline, in_full=False),
        effect_in_full=_effect(of_guideline, in_full=True),
        rest=", ".join(others),
        claim=of_guideline[0].claim,
    )


def _others(guidelines: Sequence[str]) -> AnswerLine:
    """A line for guidelines that have no room."""
    named = f"{', '.join(guidelines[:3])}{', ...' if len(guidelines) > 3 else ''}: see their tables"
    name = f"{len(guidelines)} more"
    return AnswerLine(name=name, outcome="", tone="aside", effect=named, effect_in_full=named)


def _effect(several: Sequence[Conclusion], in_full: bool) -> str:
    """The range of an effect, and others beside it: "1.34-1.72x slower per mult-add (paper 1.24-1.39x)"."""
    claimed = several[0].expect or AS_CLAIMED
    seen = _range(several, claimed)
    if seen is None:
        return ""
    line = f"{seen.times} {seen.direction}{seen.unit}"
    rows = {each.rows for each in several}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        line = f"{names[0]} is {line} than {names[1]}"
    beside = [_beside(several, seen.direction, in_full)]
    papers: list[float] = []
    for each in several:
        papers += (each.at_published_widths or each).published
    if papers:
        beside.append(f"paper {_published(papers, claimed, seen.direction)}")
    others = "; ".join(filter(None, beside))
    return f"{line} ({others})" if others else line


class _Range(NamedTuple):
    """A range of effects as text, "slower" or "faster", and the unit behind that."""

    times: str
    direction: str
    unit: str


def _range(several: Sequence[Conclusion], claimed: str) -> _Range | None:
    """The effects of several conclusions, from the least to the most; None if there are none."""
    effects: list[Estimate] = []
    for each in several:
        effects += each.effects
    if not effects:
        return None
    direction = OPPOSITE[claimed] if max(effect.estimate for effect in effects) < 1 else claimed
    if direction != claimed:
        effects = [effect.inverse() for effect in effects]
    effects.sort(key=lambda effect: effect.estimate)
    unit = " per mult-add" if any(each.is_per_multiply_add for each in several) else ""
    return _Range(_between(_shown(effects[0]), _shown(effects[-1])), direction, unit)


def _beside(several: Sequence[Conclusion], direction: str, in_full: bool) -> str:
    """The effects at published widths, for brackets: "published widths: 1.32-5.06x per mult-add".

    It names a finding, and a direction, that differs from the one at aligned widths, and in full the row that
    decides. "" if there are none.
    """
    at_published_widths = [each.at_published_widths for each in several if each.at_published_widths]
    seen = _range(at_published_widths, several[0].expect or AS_CLAIMED)
    if seen is None:
        return ""
    are_all = len(at_published_widths) == len(several)
    name = PUBLISHED_WIDTHS if are_all else f"{PUBLISHED_WIDTHS} in place of {widths_of(ALIGNED)}"
    rows = {each.rows for each in at_published_widths}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        name = f"{name}, {names[0]}"
    findings = {each.finding for each in at_published_widths} - {each.finding for each in several}
    finding = f"{findings.pop()}, " if len(several) == 1 and findings else ""
    opposite = "" if seen.direction == direction else f" {seen.direction}"
    return f"{name}: {finding}{seen.times}{opposite}{seen.unit}"


def _published(effects: Sequence[float], claimed: str, direction: str) -> str:
    """The paper's range; it names its direction if ours is the opposite."""
    least, most = min(effects), max(effects)
    own = OPPOSITE[claimed] if most < 1 else claimed
    if own != claimed:
        least, most = 1 / most, 1 / least
    opposite = "" if own == direction else f" {own}"
    return f"{_between(f'{least:.2f}', f'{most:.2f}')}{opposite}"


def _shown(effect: Estimate) -> str:
    return rounded(effect.estimate, min(MOST_DECIMALS, decimals(effect)))


def _between(least: str, most: str) -> str:
    """A range of times: "1.24-1.39x"; "1.24x" if its ends are equal."""
    return f"{least}x" if least == most else f"{least}-{most}x"
