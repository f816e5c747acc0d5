"""The progress of a run on the terminal: pass, time left, sweep, and the estimates so far."""

import time
from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.outcome import Outcome
from guidelines.measure.passes import AGAIN, IN_TIME_LEFT, PassBegins, Step, SweepBegins, SweepEnds
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.report.digits import times, with_half_width
from guidelines.results.model import Entry, Failure

ERASE_LINE = "\r\x1b[K"
CUT = "..."


def follow(steps: Generator[Step, None, None], campaign: Campaign, config: pytest.Config) -> None:
    """Take the steps of a run, which goes on between them, and write a line about each.

    On a terminal, the sweeps of a pass share one line, which is rewritten. Leaving by an error or by Ctrl-C
    ends the measuring, too.
    """
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    path = terminal.currentfspath
    terminal.ensure_newline()
    lines: _Sweep | _Passes = _Sweep(terminal)
    if campaign.passes > 1:
        lines = _Passes(terminal, config.get_terminal_writer(), campaign.passes)
    try:
        with closing(steps):
            for step in steps:
                lines.write(step)
    except BaseException:
        lines.end(is_cut=True)
        raise
    lines.end()
    terminal.currentfspath = path  # else pytest prints the path again before the next dot


class _Sweep:
    """The line of the sweep that is measured in this process: "G2 x1 cpu: up to 8 s ... 40 rounds: ..."."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal

    def write(self, step: Step) -> None:
        if isinstance(step, SweepBegins):
            self._terminal.write(f"  {step.sweep.case.sweep_id}: {_limit(step.sweep)} ... ", flush=True)
        elif isinstance(step, SweepEnds):
            self._terminal.write_line(known_so_far(step.outcome, step.number))

    def end(self, is_cut: bool = False) -> None:
        if is_cut:
            self._terminal.write_line("")


class _Passes:
    """A line for each pass and, below it, one for each sweep; on a terminal the last of these alone."""

    def __init__(self, terminal: Any, writer: Any, planned: int) -> None:
        self._terminal, self._writer, self._planned = terminal, writer, planned
        self._began_at_s = time.perf_counter()
        self._begun: list[PassBegins] = []
        self._begun_in_pass: set[str] = set()
        self._sweeps: dict[str, SweepPasses] = {}

    def write(self, step: Step) -> None:
        if isinstance(step, PassBegins):
            self._begun.append(step)
            self._begun_in_pass.clear()
            self._keep(f"  {heading(step, self._planned)}")
            return
        sweep_id = step.sweep.case.sweep_id
        self._sweeps[sweep_id] = step.sweep
        if isinstance(step, SweepBegins):
            self._begun_in_pass.add(sweep_id)  # again after its process died
            so_far = known_so_far(step.sweep.outcome()) if step.sweep.outcomes else _limit(step.sweep)
            self._show(f"{sweep_id} ... {so_far}")
        elif self._terminal.isatty:
            self._show(f"{sweep_id}: {known_so_far(step.outcome, step.number)}")
        else:
            self._keep(f"    {sweep_id}: {known_so_far(step.outcome, step.number)}")

    def _show(self, text: str) -> None:
        """Write a line that the next one replaces."""
        if self._terminal.isatty:
            line = f"    {len(self._begun_in_pass)}/{self._begun[-1].sweeps} {text}"
            self._terminal.write(f"{ERASE_LINE}{fitted(line, self._writer.fullwidth - 1)}", flush=True)

    def _keep(self, line: str) -> None:
        """Write a line that stays; pytest counts the columns of the next one from its end."""
        if self._terminal.isatty:
            self._terminal.write(ERASE_LINE)
        self._terminal.write_line(line)

    def end(self, is_cut: bool = False) -> None:
        """Say what was done, in place of the last sweep's line."""
        if is_cut and self._begun:
            self._keep(f"  cut short in pass {self._begun[-1].number}")
        elif self._begun:
            early = sum(sweep.stopped == "precision" for sweep in self._sweeps.values())
            taken_s = time.perf_counter() - self._began_at_s
            self._keep(f"  {done(self._begun, taken_s, early, len(self._sweeps))}")


def heading(begins: PassBegins, planned: int) -> str:
    """A pass that begins: "pass 2 of 5: 12 sweeps, about 1 min 50 s left"."""
    sweeps = _count(begins.sweeps, "sweep")
    if begins.why == AGAIN:
        return f"pass {begins.number} {AGAIN}: {sweeps}"
    if begins.why:
        return f"pass {begins.number}, {begins.why}: {sweeps}"
    return f"pass {begins.number} of {planned}: {sweeps}, about {duration(begins.left_s)} left"


def done(begun: list[PassBegins], taken_s: float, early: int, sweeps: int) -> str:
    """The passes of a run that is over, with the number of sweeps and of those that ended early.

    "5 passes in 50 s; 2 of 3 sweeps ended early, precise enough".
    """
    further = sum(each.why == IN_TIME_LEFT for each in begun)
    again = sum(each.sweeps for each in begun if each.why == AGAIN)
    passes = len({each.number for each in begun})
    text = f"{_count(passes, 'pass')} in {duration(taken_s)}"
    if early:
        text += f"; {early} of {_count(sweeps, 'sweep')} ended early, precise enough"
    if further:
        text += f"; {_count(further, 'more pass')} of the others in the time left"
    if again:
        text += f"; {_count(again, 'measurement')} repeated"
    return text


def duration(seconds: float) -> str:
    """A time for people: "40 s", "2 min 20 s"."""
    minutes, rest_s = divmod(round(seconds), 60)
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"


def fitted(line: str, width: int) -> str:
    """A line of at most so many characters, marked if its end is cut off."""
    return line if len(line) <= width else f"{line[: width - len(CUT)]}{CUT}"


def known_so_far(outcome: Outcome, number: int | None = None) -> str:
    """What is known of a sweep: "120 rounds: g=2 1.31 ±0.04, g=8 1.93 ±0.05".

    With the number of a pass, also what happened in it.
    """
    entries = [result for result in outcome.values() if isinstance(result, Entry)]
    if not entries:
        is_skip = all(result.is_skip for result in outcome.values() if isinstance(result, Failure))
        return "skipped" if is_skip else "failed"
    slowdowns = [f"{entry.place.variant} {_slowdown(entry)}" for entry in entries if not entry.is_baseline]
    line = f"{entries[0].slowdown.rounds} rounds: {', '.join(slowdowns)}"
    for each in entries[0].passes:
        if each.number == number and each.circumstances.retried:
            line = f"measured {len(each.circumstances.retried) + 1} times, {line}"
        if each.number == number and each.circumstances.disturbed:
            line = f"{line} (disturbed: {'; '.join(each.circumstances.disturbed)})"
    return line


def _limit(sweep: SweepPasses) -> str:
    return f"up to {sweep.pass_s:.3g} s"


def _slowdown(entry: Entry) -> str:
    if len(entry.passes) == 1:
        return f"{entry.slowdown.estimate:.2f}x"
    return with_half_width(entry.slowdown) if entry.slowdown.low else times(entry.slowdown)


def _count(number: int, what: str) -> str:
    """A number of things: "1 sweep", "3 passes"."""
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"
