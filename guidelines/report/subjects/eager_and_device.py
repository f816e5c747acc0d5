"""Say for each sweep what a program in eager mode waits for, and what the device itself takes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.analysis.verdict import directed
from guidelines.report.digits import times
from guidelines.report.document import Section
from guidelines.report.subjects.conditions import condition_labels
from guidelines.results.model import TableKey

TITLE = "What eager mode waits for, and what the device takes"
NOTE = (
    "eager: each operator is launched on its own; device: a CUDA graph launches all of them at once "
    "(mode cudagraph); x: how many times slower the row that decides is than the baseline, or faster where "
    "that is claimed"
)
LAUNCHES_NOTE = (
    "launches decide: launching takes the CPU longer than computing takes the device, so that the time says "
    "nothing about the device"
)


class _Pair(NamedTuple):
    """The tables of one guideline in both modes, under conditions that are equal otherwise."""

    eager: Table
    device: Table


class _Both(NamedTuple):
    """One sweep in both modes."""

    eager: SweepResult
    device: SweepResult

    @property
    def has_verdict(self) -> bool:
        return bool(self.eager.verdict or self.device.verdict)

    @property
    def is_about_launches(self) -> bool:
        return any(sweep.verdict and sweep.verdict.is_about_launches for sweep in self)


def section(tables: Sequence[Table]) -> tuple[Section, ...]:
    """One section with a line for each sweep that was measured in both modes on one CUDA device, if any."""
    pairs = _pairs(tables)
    labels = condition_labels([pair.eager.condition for pair in pairs])
    lines = []
    notes = [NOTE]
    for pair in pairs:
        label = labels[pair.eager.condition]
        name = f" ({label})" if label else ""
        for both in _in_both(pair):
            lines.append(f"{pair.eager.guideline} {both.eager.name}{name}: {_outcomes(both)}")
            if both.is_about_launches and LAUNCHES_NOTE not in notes:
                notes.append(LAUNCHES_NOTE)
    return (Section(TITLE, verdicts=tuple(lines), notes=tuple(notes)),) if lines else ()


def _pairs(tables: Sequence[Table]) -> list[_Pair]:
    known = {TableKey(table.guideline, table.condition): table for table in tables}
    pairs = []
    for table in tables:
        if table.condition.mode == "eager" and not table.condition.device.is_cpu:
            replayed = TableKey(table.guideline, replace(table.condition, mode="cudagraph"))
            if replayed in known:
                pairs.append(_Pair(table, known[replayed]))
    return pairs


def _in_both(pair: _Pair) -> Iterator[_Both]:
    """The sweeps that both tables have, without those of which neither has a verdict."""
    on_device = {sweep.name: sweep for sweep in pair.device.sweeps}
    for sweep in pair.eager.sweeps:
        if sweep.name in on_device:
            both = _Both(sweep, on_device[sweep.name])
            if both.has_verdict:
                yield both


def _outcomes(both: _Both) -> str:
    return f"eager: {_outcome(both.eager)}; device: {_outcome(both.device)}"


def _outcome(sweep: SweepResult) -> str:
    """The outcome with its effect, above 1 if the guideline is right: "holds, 1.34x"."""
    if sweep.verdict is None:
        return "no verdict"
    effect = times(directed(sweep.verdict.slowdown, sweep.expect))
    unit = " per mult-add" if sweep.is_judged_per_multiply_add else ""
    return f"{sweep.verdict.outcome}, {effect}{unit}"
