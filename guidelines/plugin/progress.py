"""The progress of a run on the terminal: pass, time left, sweep, and the estimates so far."""

from collections.abc import Iterator
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.outcome import Outcome
from guidelines.measure.passes import PassBegins, Step, SweepBegins, SweepEnds
from guidelines.report.digits import times, with_half_width
from guidelines.results.model import Entry, Failure

ERASE_LINE = "\r\x1b[K"


def follow(steps: Iterator[Step], campaign: Campaign, config: pytest.Config) -> None:
    """Take the steps of a run, which goes on between them, and write a line about each.

    On a terminal, the sweeps of a pass share one line, which is rewritten.
    """
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    path = terminal.currentfspath
    terminal.ensure_newline()
    lines = _Lines(terminal, config.get_terminal_writer().fullwidth, campaign.passes)
    for step in steps:
        lines.write(step)
    lines.end()
    terminal.currentfspath = path  # else pytest prints the path again before the next dot


class _Lines:
    def __init__(self, terminal: Any, width: int, passes: int) -> None:
        self._terminal, self._width, self._passes = terminal, width, passes
        self._rewrites = terminal.isatty and passes > 1
        self._begun = ""

    def write(self, step: Step) -> None:
        if isinstance(step, PassBegins):
            if self._passes > 1:
                self.end()
                self._terminal.write_line(f"  {heading(step, self._passes)}")
        elif isinstance(step, SweepBegins):
            limit = f"up to {step.sweep.pass_s:.3g} s"
            self._begin(f"  {'  ' * (self._passes > 1)}{step.sweep.case.sweep_id}: {limit} ... ")
        else:
            self._end_sweep(step)

    def _begin(self, text: str) -> None:
        if self._rewrites:
            self._terminal.write(f"{ERASE_LINE}{text[: self._width - 1]}", flush=True)
        else:
            self._terminal.write(text, flush=True)
        self._begun = text

    def _end_sweep(self, step: SweepEnds) -> None:
        known = known_so_far(step.outcome)
        if self._rewrites:
            line = f"    {step.sweep.case.sweep_id}: {known}"
            self._terminal.write(f"{ERASE_LINE}{line[: self._width - 1]}", flush=True)
        else:
            self._terminal.write_line(known)

    def end(self) -> None:
        """Erase the line of the last sweep, which was not meant to stay."""
        if self._rewrites and self._begun:
            self._terminal.write(ERASE_LINE, flush=True)
            self._begun = ""


def heading(begins: PassBegins, planned: int) -> str:
    """A pass that begins: "pass 2 of 5: 12 sweeps, about 1 min 50 s left"."""
    sweeps = f"{begins.sweeps} sweep{'s' * (begins.sweeps > 1)}"
    if begins.why:
        return f"pass {begins.number}, {begins.why}: {sweeps}"
    return f"pass {begins.number} of {planned}: {sweeps}, about {duration(begins.left_s)} left"


def duration(seconds: float) -> str:
    """A time for people: "40 s", "2 min 20 s"."""
    minutes, rest_s = divmod(round(seconds), 60)
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"


def known_so_far(outcome: Outcome) -> str:
    """What is known of a sweep: "120 rounds: g=2 1.31 ±0.04, g=8 1.93 ±0.05"."""
    entries = [result for result in outcome.values() if isinstance(result, Entry)]
    if not entries:
        is_skip = all(result.is_skip for result in outcome.values() if isinstance(result, Failure))
        return "skipped" if is_skip else "failed"
    slowdowns = [f"{entry.place.variant} {_slowdown(entry)}" for entry in entries if not entry.is_baseline]
    line = f"{entries[0].slowdown.rounds} rounds: {', '.join(slowdowns)}"
    last = entries[0].passes[-1].circumstances
    if last.retried:
        line = f"measured {len(last.retried) + 1} times, {line}"
    if last.disturbed:
        line = f"{line} (disturbed: {'; '.join(last.disturbed)})"
    return line


def _slowdown(entry: Entry) -> str:
    if len(entry.passes) == 1:
        return f"{entry.slowdown.estimate:.2f}x"
    return with_half_width(entry.slowdown) if entry.slowdown.low else times(entry.slowdown)
