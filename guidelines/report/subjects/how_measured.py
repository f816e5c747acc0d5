"""Say how a sweep was measured; rows are named if they were measured in different ways."""

import re
from collections.abc import Collection, Iterator, Sequence
from math import log

from guidelines.analysis.measured import distinct
from guidelines.analysis.measuring import Measuring, by_effort, by_reason
from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.report.digits import percent
from guidelines.report.labels import DISTURBED, ONE_PROCESS
from guidelines.stats.noise_floor import CANNOT_TELL, cannot_tell

NOT_MEASURED = Measuring()


def marked(sweep: SweepResult) -> str:
    """A sweep's name, marked if so much was disturbed that its figures may have moved."""
    return f"{sweep.name} {DISTURBED}" if sweep.is_disturbed else sweep.name


def notes_on_effort(sweep: SweepResult, is_auto_batch: bool) -> Iterator[str]:
    """Rounds, passes and noise floor of a sweep, a line for all rows or for each kind of them."""
    order = "" if sweep.kendall_tau is None else f"tau with the paper {sweep.kendall_tau:.2f}"
    kinds = by_effort(sweep.measuring)
    if len(kinds) < 2:
        (how,) = kinds.values() or (NOT_MEASURED,)
        yield ", ".join(filter(None, (f"{sweep.name}: {_effort(how, is_auto_batch)}", order)))
        return
    for rows, how in kinds.items():
        yield f"{sweep.name} {', '.join(rows)}: {_effort(how, is_auto_batch)}"
    if order:
        yield f"{sweep.name}: {order}"


def notes_on_disturbance(sweep: SweepResult) -> Iterator[str]:
    """A line on what disturbed a sweep, what was noticed, and why it was measured again."""
    rows = sweep.measuring
    disturbed = {name: how for name, how in rows.items() if how.disturbed}
    if disturbed:
        most = max(disturbed.values(), key=lambda how: how.disturbed_passes)
        yield f"{marked(sweep)} disturbed{_if_not_all(list(disturbed), rows)}{disturbance(most)}"
    for note in distinct(how.noted for how in rows.values()):  # it names its network
        yield f"{sweep.name} {note}"
    for reason, names in by_reason((name, how.retried) for name, how in rows.items()).items():
        yield f"{sweep.name} was measured again{_if_not_all(names, rows)}: {reason}"


def every_disturbance(sweep: SweepResult) -> Iterator[str]:
    """All reasons why passes of a sweep count as disturbed; none if `notes_on_disturbance` has them all."""
    rows = sweep.measuring
    reasons = by_reason((name, how.disturbed) for name, how in rows.items())
    if len(reasons) > 1:
        for reason, names in reasons.items():
            yield f"{sweep.name}{_if_not_all(names, rows)}: {reason}"


def disturbance(how: Measuring) -> str:
    """The end of a sentence: ": pass 3: a hog", or " in 2 of 5 passes, worst pass 3: a hog"."""
    if how.disturbed_passes < 2:
        return f": {'; '.join(how.disturbed)}"
    noun = "passes" if how.passes > how.runs else "runs"
    worst = max(how.disturbed, key=severity)
    return f" in {how.disturbed_passes} of {how.passes} {noun}, worst {worst}"


def severity(disturbed: str) -> tuple[int, float]:
    """The number of reasons for which a pass is disturbed, then the farthest of their ratios from 1."""
    ratios = [float(number) for number in re.findall(r"\d+\.\d+", disturbed)]
    return disturbed.count("; "), max((abs(log(ratio)) for ratio in ratios if ratio), default=0.0)


def note_on_one_process(table: Table) -> Iterator[str]:
    """A note that names what one process measured, unless that is everything; none if there is nothing."""
    of_one: list[str] = []
    is_everything = True
    for sweep in table.sweeps:
        rows = sweep.measuring
        names = [name for name, how in rows.items() if how.is_one_process]
        is_everything = is_everything and len(names) == len(rows)
        if names:
            of_one.append(f"{sweep.name}{_if_not_all(names, rows)}")
    if of_one:
        yield ONE_PROCESS if is_everything else f"{', '.join(of_one)}: {ONE_PROCESS}"


def note_on_scatter(table: Table) -> Iterator[str]:
    """Note on how far several runs lie apart: one figure, or from the least to the most."""
    scatters: list[float] = []
    for sweep in table.sweeps:
        scatters += [how.scatter for how in sweep.measuring.values() if how.scatter is not None]
    if scatters:
        ends = dict.fromkeys((f"{min(scatters):.2g}", f"{max(scatters):.2g}"))
        yield (
            f"between runs, slow-downs scatter {' to '.join(ends)} times as far as their own intervals say "
            "(Birge ratio); ± covers it"
        )


def _effort(how: Measuring, is_auto_batch: bool) -> str:
    batch = f"batch {how.batch_size}, " if is_auto_batch else ""
    return (
        f"{batch}{how.rounds} rounds{_passes(how)}, stopped by {' and '.join(how.stopped)}, "
        f"noise floor {_noise_floor(how)}"
    )


def _noise_floor(how: Measuring) -> str:
    """A noise floor as a percentage, unless it is that of too few passes."""
    if cannot_tell(how.noise_floor, how.passes, how.runs):
        return f"unknown ({CANNOT_TELL})"
    return percent(how.noise_floor)


def _passes(how: Measuring) -> str:
    """The passes and runs in a sentence; a run that was one process has no passes."""
    if how.passes > how.runs:
        runs = f" of {how.runs} runs" if how.runs > 1 else ""
        return f" in {how.passes} passes{runs}"
    return f" in {how.runs} runs" if how.runs > 1 else ""


def _if_not_all(names: Sequence[str], rows: Collection[str]) -> str:
    """Some rows in brackets; "" if they are all rows of the sweep."""
    return "" if len(names) == len(rows) else f" ({', '.join(names)})"
