"""Write an audit: the guidelines with their shares and prices, then the parts, the dearest first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from guidelines.analysis.audit import LEAST_SUM, AuditResult
from guidelines.analysis.measuring import measuring
from guidelines.analysis.remedies import USUAL_PASSES
from guidelines.report.differences import points, saving, share
from guidelines.report.document import Document, Section
from guidelines.report.labels import ONE_PROCESS, phrase
from guidelines.report.subjects import audit_parts, audit_shares
from guidelines.report.subjects.audit_parts import layers_of
from guidelines.report.subjects.how_measured import disturbance
from guidelines.report.subjects.sides import side
from guidelines.results.audit import AuditPart
from guidelines.results.checked import printable
from guidelines.results.number_of import number_of

TITLE, SHARES_TITLE = "Audit", "Where the time goes"
UNPRICED_TITLE, FAILED_TITLE = "Parts whose alternative was not measured", "Parts that were not measured"
# Attributes of a condition that the line on it names.
CONDITION = ("dtype", "layout", "mode", "threads", "cudnn_choice")


def document(results: Sequence[AuditResult], top: int) -> Document:
    """The audits one after the other, each with its `top` dearest parts."""
    lead: list[str] = []
    sections: list[Section] = []
    bars = []
    for result in results:
        of_result = tuple(_sections(result, top))
        title = SHARES_TITLE
        if len(results) > 1:
            title = f"{_name(result)}: {SHARES_TITLE[0].lower()}{SHARES_TITLE[1:]}"
            of_result = (replace(of_result[0], title=title), *of_result[1:])
        lead += _lead(result)
        sections += of_result
        bars.append(audit_shares.bar(result, _name(result)))
    names = ", ".join(dict.fromkeys(map(_name, results)))
    return Document(f"{TITLE} of {names}", tuple(lead), tuple(sections), shares=tuple(bars))


def _name(result: AuditResult) -> str:
    return printable(result.audit.target)


def _lead(result: AuditResult) -> Iterator[str]:
    """The answer, reasons to distrust it, then the machine and the condition."""
    yield answer(result)
    yield from _prices(result)
    yield from _remedies(result)
    yield from _doubts(result)
    yield side(result.network) if result.network.sources[0] else side(result.network).removeprefix(": ")
    yield _condition(result)


def answer(result: AuditResult) -> str:
    """The network's time and the share of each guideline in it, the largest first."""
    took = f"{_name(result)} takes {audit_shares.milliseconds(result)}"
    broken = [each for each in result.guidelines if each.guideline]
    broken.sort(key=lambda each: each.share.estimate, reverse=True)
    if not broken:
        return f"{took}; none of its operators breaks a guideline"
    first, *others = broken
    shares = [f"operators that break {first.guideline} take {share(first.share)} of it"]
    shares += [f"{each.guideline} {share(each.share)}" for each in others]
    return f"{took}; {', '.join(shares)}"


def _prices(result: AuditResult) -> Iterator[str]:
    """Savings by keeping each guideline; for G4, in place if that was measured."""
    saved = [
        f"keeping {each.guideline} would save {saving(each.price)}"
        for each in result.guidelines
        if each.price and each.guideline != "G4"
    ]
    if saved:
        yield f"{'; '.join(saved)} of the time, at equal work"
    g4 = [each for each in result.guidelines if each.guideline == "G4"]
    if g4:
        in_place = "was not measured"
        if result.without_g4:
            in_place = f"saves {saving(result.without_g4)} of the time"
        yield f"G4 taken out in place {in_place}; the sum of its parts is {saving(g4[0].share)}"


def _remedies(result: AuditResult) -> Iterator[str]:
    """The part that saves most in a form without redesign, if any is clearly faster."""
    faster = [(each.part, each.best_remedy) for each in result.parts if each.best_remedy]
    if not faster:
        return
    part, best = max(faster, key=lambda each: each[1].saves.estimate)
    others = f"; {number_of(len(faster) - 1, 'other part')} would be faster, too" if len(faster) > 1 else ""
    yield (
        f"without redesign: {layers_of(part)} {printable(best.timed.text)} saves {points(best.saves)} of the "
        f"time{others}"
    )


def _doubts(result: AuditResult) -> Iterator[str]:
    if result.sum is None:
        yield "none of its operators was measured alone"
    elif not result.is_whole:
        reason = "operators take longer alone than in the network, so shares and prices are too large"
        if result.sum.estimate < LEAST_SUM:
            reason = "the rest is spent between them, or they are faster alone, as caches are warm then"
        yield f"the parts do not make the whole: together {share(result.sum)} of the network's time; {reason}"
    (network,) = result.network.measured
    how = measuring(network)
    if how.disturbed:
        yield f"the run was disturbed{disturbance(how)}; end other programs (`guidelines doctor` names them)"
    if how.is_one_process:
        yield f"{ONE_PROCESS}; --passes {USUAL_PASSES} would"
    if result.failed:
        yield f"{number_of(len(result.failed), 'part')} could not be measured: see below"
    yield from result.network.notes


def _condition(result: AuditResult) -> str:
    """The input and the condition, and the passes that measured it."""
    texts = result.condition.texts
    words = [phrase(name, texts[name]) for name in CONDITION if texts[name]]
    (network,) = result.network.measured
    passes = number_of(network.passes, "pass") if network.passes == 1 else f"{network.passes} passes"
    return f"input {result.audit.inputs}, {', '.join(words)}; {network.rounds} rounds in {passes}"


def _sections(result: AuditResult, top: int) -> Iterator[Section]:
    yield Section(SHARES_TITLE, audit_shares.grid(result))
    for section in (audit_parts.dearest(result, top), audit_parts.plain(result)):
        if section:
            yield section
    unpriced = [each for each in result.parts if each.part.guideline and not each.price]
    if unpriced:
        lines = [
            f"{_described(each.part)}, {each.part.guideline}: {share(each.share)} of the time"
            for each in unpriced
        ]
        yield Section(UNPRICED_TITLE, notes=tuple(lines))
    if result.failed:
        lines = [f"{_described(part)}: {reason}" for part, reason in result.failed]
        yield Section(FAILED_TITLE, notes=tuple(lines))


def _described(part: AuditPart) -> str:
    """A part in a line: "layer1.0.conv2 + 2 more (conv 3x3 128->128, 32 groups, 56x56)"."""
    return f"{layers_of(part)} ({printable(part.operator)})"
