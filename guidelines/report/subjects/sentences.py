"""Write the verdicts of a table, and the notes below it."""

from collections.abc import Iterator
from math import inf, isfinite

from guidelines.analysis.remedies import for_launches, not_measured
from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.analysis.verdict import Verdict
from guidelines.paper.tables import GUIDELINES
from guidelines.report.digits import brackets, is_about_1, level, percent, times
from guidelines.report.labels import LAUNCH_BOUND, phrase
from guidelines.report.subjects.columns import variants
from guidelines.report.subjects.how_measured import (
    marked,
    note_on_one_process,
    note_on_scatter,
    notes_on_disturbance,
    notes_on_effort,
)
from guidelines.results.model import Circumstances
from guidelines.spec.condition import MODES, PUBLISHED, Condition
from guidelines.stats.intervals import Estimate


def setup(condition: Condition, guideline: str) -> str:
    """A condition as a phrase, without the device. The widths of the paper are those of its guidelines."""
    threads = f"{condition.threads} thread{'s' * (condition.threads > 1)}"
    texts = condition.texts
    cudnn = f", cuDNN {condition.cudnn}" if texts["cudnn_choice"] else ""
    has_rule = guideline in GUIDELINES or condition.channel_rule != PUBLISHED
    widths = f", {phrase('widths', texts['widths'])}" if has_rule else ""
    return (
        f"{condition.dtype}, {condition.layout}, {condition.mode}, batch {texts['batch_size']}, "
        f"{condition.image_size}x{condition.image_size}, {threads}{widths}{cudnn}"
    )


def verdict(table: Table, sweep: SweepResult, condition: str = "") -> str:
    """The verdict of one sweep, with its interval and the paper's figure."""
    name = f"{table.guideline} {_marked_verdict(sweep)}"
    name = f"{name} ({condition})" if condition else name
    decided = sweep.verdict
    if decided is None:
        return f"{name} no verdict: {not_measured(sweep.extreme).sentence}"
    line = f"{name} {_outcome(decided)}: {_relation(sweep, decided.slowdown)}"
    direction = _direction(decided.slowdown)
    if sweep.paper:
        line += f" ({_published(sweep.paper.slowdown, direction)})"
    if sweep.plain:
        line += f", {_in_time(sweep.plain, direction)}"
    if decided.outcome == "does not hold" and decided.margin is not None:
        line += f"; the margin is {percent(decided.margin)}"
    return f"{line}; {decided.remedy.sentence}" if decided.remedy else line


def notes(table: Table, is_replayed: bool = False) -> Iterator[str]:
    """The notes below a table: its condition, how each sweep was measured, failures, the meaning of ±.

    `is_replayed` is True if the report has the same table in mode cudagraph, too.
    """
    condition = table.condition
    yield f"{condition.device} ({condition.device_name}), {setup(condition, table.guideline)}"
    for sweep in table.sweeps:
        yield from _notes_on_sweep(sweep, condition)
    yield from note_on_one_process(table)
    yield from _notes_on_launches(table, is_replayed)
    if table.confidence is not None:
        yield _note_on_confidence(table, level(table.confidence))
    yield from note_on_scatter(table)


def _outcome(decided: Verdict) -> str:
    """The outcome in a sentence; of launches it says what they do not show."""
    return f"{decided.outcome}, not the device" if decided.is_about_launches else decided.outcome


def _note_on_confidence(table: Table, sure: str) -> str:
    decided = [sweep.verdict for sweep in table.sweeps if sweep.verdict]
    about_launches = sum(each.is_about_launches for each in decided)
    if decided and about_launches == len(decided):
        return f"±, [ ]: {sure} each"
    alone = ", each alone if launches decide" if about_launches else ""
    return f"±: {sure} each; [ ]: {sure} for the verdicts of the table together (Holm){alone}"


def _relation(sweep: SweepResult, slowdown: Estimate) -> str:
    """The row that decides and the baseline: "g=8 is 1.94x slower than g=1 [1.90, 1.98]".

    An effect that is 1 as it is shown has no direction: "g=8 takes 1.00x the time of g=1 [0.97, 1.03]".
    """
    unit = " per mult-add" if sweep.is_judged_per_multiply_add else ""
    direction = _direction(slowdown)
    if not direction:
        took = f"takes {times(slowdown)} the time{unit} of"
        return f"{sweep.extreme} {took} {sweep.baseline} {brackets(slowdown)}"
    effect = _size(slowdown)
    is_slower = f"is {times(effect)} {direction}{unit} than"
    return f"{sweep.extreme} {is_slower} {sweep.baseline} {brackets(effect)}"


def _size(slowdown: Estimate) -> Estimate:
    """The slow-down, or the speed-up if it is one."""
    return slowdown.inverse() if slowdown.estimate < 1 else slowdown


def _direction(slowdown: Estimate) -> str:
    """Slower or faster; "" if the slow-down is 1 as it is shown."""
    if is_about_1(_size(slowdown)):
        return ""
    return "faster" if slowdown.estimate < 1 else "slower"


def _published(slowdown: float, direction: str) -> str:
    """The paper's figure; it names its direction, faster or slower, if ours is another."""
    size = f"{max(slowdown, 1 / slowdown):.2f}"
    own = "faster" if slowdown < 1 else "slower"
    return f"paper {size}x" if own == direction or float(size) == 1 else f"paper {size}x {own}"


def _in_time(plain: Estimate, direction: str) -> str:
    """The slow-down of the time; it names its direction if that of the time per multiply-add is another."""
    own = _direction(plain)
    size = times(_size(plain))
    return f"{size} in time" if own in ("", direction) else f"{size} {own} in time"


def _marked_verdict(sweep: SweepResult) -> str:
    """A sweep's name, marked if it was disturbed or its verdict rests on times of launching."""
    is_bound = any(v.cell.is_launch_bound for v in sweep.variants if v.variant == sweep.extreme)
    return f"{marked(sweep)} {LAUNCH_BOUND}" if is_bound else marked(sweep)


def _notes_on_sweep(sweep: SweepResult, condition: Condition) -> Iterator[str]:
    yield from notes_on_effort(sweep, condition.is_auto_batch)
    yield from notes_on_disturbance(sweep)
    yield from _note_on_preparing(sweep, condition)
    for variant in sweep.variants:
        if variant.cell.drawn:
            least, most = variant.cell.drawn
            yield f"{sweep.name} {variant.variant}: {least:.2f} to {most:.2f} by what cuDNN chose"
        if variant.cell.failure:
            failed = "" if variant.cell.is_skip else "failed: "
            yield f"{sweep.name} {variant.variant} {failed}{variant.cell.failure}"
        for lost in variant.cell.lost:
            yield f"{sweep.name} {variant.variant} lacks {lost}"


def _note_on_preparing(sweep: SweepResult, condition: Condition) -> Iterator[str]:
    """The time to compile or capture the networks; torch's caches shorten it. None in eager mode."""
    times_s = []
    for variant in sweep.variants:
        times_s += [run.setup_s for run in variant.cell.circumstances if run.setup_s is not None]
    if times_s:
        took = f"{min(times_s):.2g} to {max(times_s):.2g} s"
        yield f"{sweep.name} {_prepared(condition.mode)} in {took} a network, before the timing"


def _prepared(mode: str) -> str:
    """The mode's word for what it does to a network before the timing; a file may name an unknown mode."""
    known = MODES.get(mode)
    if known and known.prepared:
        return known.prepared
    return "prepared"


def _notes_on_launches(table: Table, is_replayed: bool) -> Iterator[str]:
    """A note that explains the mark of launch-bound cells and names what shows the device."""
    bound = [v.cell.launch_bound for v in variants(table) if v.cell.launch_bound]
    if not bound:
        return
    yield (
        f"{LAUNCH_BOUND} launching this network or its baseline takes the CPU {_longer(bound)} computing it "
        f"takes the device, so that its time is the CPU's; {_remedy(table.condition, is_replayed)}"
    )


def _remedy(condition: Condition, is_replayed: bool) -> str:
    """Clause on where the device's own time is, or on the options that would measure it."""
    if is_replayed:
        return "the table of mode cudagraph shows the device"
    return for_launches(condition).sentence


def _longer(bound: list[Circumstances]) -> str:
    """Launch time compared with device time, at its worst: "up to 3.2 times as long as"."""
    ratios = [run.launch_s / run.device_s for run in bound if run.launch_s and run.device_s]
    most = max(ratios, default=inf)
    return f"up to {most:.2g} times as long as" if isfinite(most) else "longer than"
