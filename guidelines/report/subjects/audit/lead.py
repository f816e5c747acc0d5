"""Write the lines that open an audit: the answer, prices, reasons to distrust it, machine and condition."""

from collections.abc import Iterator

from guidelines.analysis.audit.modes import ModeResult, in_mode
from guidelines.analysis.audit.result import MOST_SUM, AuditResult, Saving
from guidelines.analysis.measuring import measuring
from guidelines.analysis.remedies import USUAL_PASSES
from guidelines.report.differences import points, saving, share
from guidelines.report.digits import number, with_interval
from guidelines.report.labels import ONE_PROCESS, phrase
from guidelines.report.subjects.audit.disturbed import disturbed
from guidelines.report.subjects.audit.parts import layers_of
from guidelines.report.subjects.audit.readable import has_few_passes
from guidelines.report.subjects.audit.shares import milliseconds
from guidelines.report.subjects.audit.untimed import reason
from guidelines.report.subjects.eager_and_device import LAUNCHES_NOTE
from guidelines.report.subjects.sides import side
from guidelines.results.audit import FOLDABLE, REPLAYED, WHOLE, WITHOUT_G4
from guidelines.results.checked import printable
from guidelines.results.number_of import number_of
from guidelines.spec.condition import form_of

# Attributes of a condition that the line on it names.
CONDITION = ("dtype", "layout", "mode", "threads", "cudnn_choice")

# Normalisation that could be folded is named if it takes this share of the time.
LEAST_FOLDABLE = 0.01
TO_BE_QUIET = "end other programs (`guidelines doctor` names them)"
TO_FOLD = "torch.nn.utils.fusion.fuse_conv_bn_eval"


def lines(result: AuditResult) -> Iterator[str]:
    """The answer, reasons to distrust it, then the machine and the condition."""
    yield answer(result)
    yield from _launches(result)
    yield from _prices(result)
    for mode in result.modes:
        yield _mode(mode, result)
    yield from _remedies(result)
    yield from _foldable(result)
    yield _wholeness(result)
    yield from _doubts(result)
    yield side(result.network).removeprefix(": ")  # of a run that was not saved
    yield _condition(result)


def answer(result: AuditResult) -> str:
    """The network's time and the share of each guideline in it, the largest first."""
    took = f"{printable(result.audit.target)} takes {milliseconds(result)}"
    broken = [each for each in result.guidelines if each.guideline]
    broken.sort(key=lambda each: each.share.estimate, reverse=True)
    if not broken:
        return f"{took}; none of its operators breaks a guideline"
    first, *others = broken
    shares = [f"operators that break {first.guideline} take {share(first.share)} of it"]
    shares += [f"{each.guideline} {share(each.share)}" for each in others]
    return f"{took}; {', '.join(shares)}"


def _launches(result: AuditResult) -> Iterator[str]:
    """A line if all figures are about launches, with what would show the device."""
    if result.is_launch_bound:
        graph = "" if result.condition.mode == "cudagraph" else "--mode cudagraph or "
        yield f"{LAUNCHES_NOTE}, nor do shares and prices; {graph}a larger --input would show the device"


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
        in_place = f"was not measured{reason(result, WITHOUT_G4, REPLAYED)}"
        if result.without_g4:
            in_place = f"saves {saving(result.without_g4)} of the time"
        yield f"G4 taken out in place {in_place}; the sum of its parts is {saving(g4[0].share)}"


def _mode(each: ModeResult, result: AuditResult) -> str:
    """The time of the whole network in another mode, over its time now; a clause if it helps no operator."""
    network = f"{printable(form_of(each.mode))}, the whole network"
    if each.ratio is None:
        return f"{network} was not measured, nor were its parts: {printable(each.reason)}"
    ratio = f"~{number(each.ratio)}" if each.ratio.half_width is None else with_interval(each.ratio)
    takes = f"{network} takes {ratio} times as long"
    known = [form for form in _forms(result, each.mode) if form.saves.low is not None]
    if known and not any(form.is_clear for form in known):
        return f"{takes}; alone, none of its operators is clearly faster so"
    return takes


def _forms(result: AuditResult, mode: str) -> list[Saving]:
    """The operators in another mode that have a time there."""
    forms = []
    for each in result.parts:
        variant = in_mode(each.part.variant, mode)
        forms += [form for form in each.remedies if form.timed.variant == variant]
    return forms


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


def _foldable(result: AuditResult) -> Iterator[str]:
    """The share of normalisation that a convolution before it could do, if it takes some time."""
    for each in result.guidelines:
        for rule in each.rules:
            if rule.rule == FOLDABLE and rule.share.estimate >= LEAST_FOLDABLE:
                yield f"{FOLDABLE} takes {share(rule.share)}: fold it ({TO_FOLD}), no redesign"


def _wholeness(result: AuditResult) -> str:
    """The sum of all parts over the network's time, and the reason if it is far from 1."""
    if result.in_place:
        return _in_place(result)
    if result.sum is None:
        return "none of its operators was measured alone"
    together = f"together {share(result.sum)} of the network's time"
    if result.replayed:
        together += f"; run one after the other {share(result.replayed)}"
    elif why := reason(result, REPLAYED):
        together += f"; run one after the other, not measured{why}"
    if result.scale < 1:
        together += f"; shares and prices are scaled by {result.scale:.2f} to fit"
    if result.is_whole:
        return f"the parts make the whole: timed alone, {together}"
    return f"the parts do not make the whole: timed alone, {together}; {_reason(result)}"


def _in_place(result: AuditResult) -> str:
    """The time of all parts in place, and alone, as their prices were found."""
    took = f"in place, together {share(result.in_place)} of the network's time" if result.in_place else ""
    if result.scale < 1:
        took += f"; shares and prices are scaled by {result.scale:.2f} to fit"
    elif not result.is_whole:
        took += f", the rest between operators{_own_code(result)}"
    alone = f"; alone {share(result.sum)}" if result.sum else ""
    return f"the parts {'make' if result.is_whole else 'do not make'} the whole: {took}{alone}"


def _own_code(result: AuditResult) -> str:
    """The time of the same operators in a row, which do without the network's own code."""
    if result.replayed is None:
        return ""
    return f"; the same calls without the network's own Python take {share(result.replayed)} of its time"


def _reason(result: AuditResult) -> str:
    """The reason why the parts do not make the whole, from the time of all operators one after the other."""
    if result.sum and result.sum.estimate > MOST_SUM:
        return "operators take longer alone than in the network"
    if result.replayed is None:
        return "the rest is spent between operators, or they are faster alone than in the network"
    between = 1 - result.replayed.estimate
    if result.sum and between > result.replayed.estimate - result.sum.estimate:
        return "the rest is spent between operators, in Python and dispatch"
    return "operators are faster alone than in the network"


def _doubts(result: AuditResult) -> Iterator[str]:
    """Lines on what disturbed the run, on few passes and on parts that could not be measured."""
    (network,) = result.network.measured
    how = measuring(network)
    if how.disturbed:
        yield f"the run was disturbed{disturbed(how, result)}; {TO_BE_QUIET}"
    for mode in result.modes:
        yield from _doubts_of_mode(mode, result)
    if how.is_one_process:
        yield f"{ONE_PROCESS}; --passes {USUAL_PASSES} would"
    elif has_few_passes(result):
        yield f"{network.passes} passes tell intervals badly: --passes {USUAL_PASSES}"
    if result.failed:
        how_far = "alone" if result.in_place else "at all"
        yield f"{number_of(len(result.failed), 'part')} could not be measured {how_far}: see below"
    yield from result.network.notes
    for note in how.noted:
        if note.startswith(f"{WHOLE}: "):
            yield note


def _doubts_of_mode(each: ModeResult, result: AuditResult) -> Iterator[str]:
    """Lines on what disturbed the run in another mode, and on parts that could not be measured in it."""
    form = printable(form_of(each.mode))
    for network in each.network.measured if each.network else ():
        how = measuring(network)
        if how.disturbed:
            why = disturbed(how, result)
            yield f"the run in mode {printable(each.mode)} was disturbed{why}; {TO_BE_QUIET}"
    if each.failed:
        yield f"{form}, {number_of(len(each.failed), 'part')} could not be measured: see below"


def _condition(result: AuditResult) -> str:
    """The input and the condition, and the passes that measured it."""
    texts = result.condition.texts
    words = [phrase(name, texts[name]) for name in CONDITION if texts[name]]
    (network,) = result.network.measured
    passes = number_of(network.passes, "pass") if network.passes == 1 else f"{network.passes} passes"
    rounds = number_of(network.rounds, "round")
    if result.audit.keeps_state:
        words.append(f"weights: {result.audit.weights}")
    return f"input {result.audit.inputs}, {', '.join(words)}; {rounds} in {passes}"
