"""Write the answer: a line for each guideline and device, or one for each guideline if these are many."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from guidelines.analysis.account.reasons import Reasons, reasons
from guidelines.analysis.answer import Conclusion, conclusions, leaves_out_eager
from guidelines.analysis.finding import Finding
from guidelines.analysis.measured import distinct
from guidelines.analysis.tables import Table
from guidelines.report.digits import percent
from guidelines.report.document import NO_BREAK, AnswerLine, Tone
from guidelines.report.labels import NOT_COUNTED
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.effect import effect
from guidelines.spec.condition import Condition

# Lines of the answer; its title is one more.
MOST_LINES = 9
TONES: dict[Finding, Tone] = {
    "holds": "good",
    "holds in part": "part",
    "does not hold": "bad",
    "undecided": "open",
}
# Says which tables the answer leaves out.
TELLS_OF_DEVICE = "cudagraph, measured too, tells of the device"
EAGER = AnswerLine(
    name="eager", outcome=NOT_COUNTED, tone="aside", effect=TELLS_OF_DEVICE, effect_in_full=TELLS_OF_DEVICE
)


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
    for of_machine in machines:
        if len({_of_any_widths(each) for each in of_machine}) != 1:
            return "on {} machines or conditions"
    return "on {} machines"


def _of_any_widths(conclusion: Conclusion) -> Condition:
    return replace(conclusion.condition, channel_rule="")


def _line(conclusion: Conclusion, label: str) -> AnswerLine:
    is_in_part = conclusion.finding == "holds in part"
    return AnswerLine(
        name=f"{conclusion.guideline} {label}",
        outcome=f"holds in {conclusion.held} of {conclusion.judged}" if is_in_part else conclusion.finding,
        tone=TONES[conclusion.finding],
        effect=_explained([conclusion], in_full=False),
        effect_in_full=_explained([conclusion], in_full=True),
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
    """One line for a guideline under several conditions, with the numbers of its findings.

    The effect is that of the first finding, which it stands behind.
    """
    findings = Counter(each.finding for each in of_guideline if each.effects)
    counts = _by_number(findings)
    without = len(of_guideline) - findings.total()
    if without:
        counts["no verdict"] = without
    (first, number), *others = counts.items()
    of_first = [each for each in of_guideline if each.finding == first and each.effects]
    total = findings.total() or without
    under = noun.partition(" ")[0]
    return AnswerLine(
        name=of_guideline[0].guideline,
        outcome=f"{first} {noun.format(f'{number} of {total}')}",
        tone=_tone(findings),
        effect=_explained(of_first or of_guideline, in_full=False),
        effect_in_full=_explained(of_first or of_guideline, in_full=True),
        rest=", ".join(f"{outcome} {under} {number}" for outcome, number in others),
        claim=of_guideline[0].claim,
    )


def _by_number(findings: Counter[Finding]) -> dict[str, int]:
    """The numbers of the findings that there are, the greatest first; equal ones in the order of TONES."""
    there = [finding for finding in TONES if findings[finding]]
    return {finding: findings[finding] for finding in sorted(there, key=lambda each: -findings[each])}


def _tone(findings: Counter[Finding]) -> Tone:
    """The tone of a finding if there is no other; else "part" if the guideline holds anywhere."""
    if len(findings) == 1:
        return TONES[next(iter(findings))]
    return "part" if findings["holds"] or findings["holds in part"] else "open"


def _others(guidelines: Sequence[str]) -> AnswerLine:
    """A line for guidelines that have no room."""
    named = f"{', '.join(guidelines[:3])}{', ...' if len(guidelines) > 3 else ''}: see their tables"
    name = f"{len(guidelines)} more"
    return AnswerLine(name=name, outcome="", tone="aside", effect=named, effect_in_full=named)


def _explained(several: Sequence[Conclusion], in_full: bool) -> str:
    """The range of an effect, and the reasons for it if these are clear: "...; kernels 95 %"."""
    shares: list[Mapping[str, float]] = []
    for conclusion in several:
        shares += conclusion.shares
    known = reasons(shares, sum(conclusion.held for conclusion in several))
    return "; ".join(filter(None, (effect(several, in_full), ", ".join(_named(known)))))


def _named(known: Reasons) -> Iterator[str]:
    """The reasons with their shares, and what works against the effect if these exceed it."""
    for name, share in known.shares.items():
        yield f"{name}{NO_BREAK}{percent(share).replace(' ', NO_BREAK)}"
    if known.against:
        yield f"against it {' and '.join(known.against)}"
