"""The progress of a run on the terminal: sweep, pass, time left, and the estimate so far."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.outcome import Outcome
from guidelines.measure.passes import AGAIN, IN_TIME_LEFT, PassBegins, Step, SweepBegins, SweepEnds
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.plugin.fitting import fitted, in_lines
from guidelines.report.digits import times, with_half_width
from guidelines.results.ceilings import Ceilings
from guidelines.results.checked import printable
from guidelines.results.model import Entry, Failure

ERASE_LINE = "\r\x1b[K"
SO_FAR = " so far"


def follow(steps: Generator[Step, None, None], campaign: Campaign, config: pytest.Config) -> None:
    """Take the steps of a run, which goes on between them, and write where it is.

    Leaving by an error or by Ctrl-C ends the measuring, too.
    """
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    path = terminal.currentfspath
    terminal.ensure_newline()
    width = config.get_terminal_writer().fullwidth
    lines: _Sweep | _Passes = _Sweep(terminal, width)
    if campaign.passes > 1:
        lines = _Passes(terminal, width, campaign.passes)
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

    def __init__(self, terminal: Any, width: int) -> None:
        self._terminal, self._width = terminal, width
        self._begun = ""

    def write(self, step: Step) -> None:
        if isinstance(step, SweepBegins):
            self._begun = f"  {step.sweep.case.sweep_id}: up to {step.sweep.pass_s:.3g} s ... "
            self._terminal.write(self._begun, flush=True)
        elif isinstance(step, SweepEnds):
            lines = in_lines(f"{self._begun}{known_so_far(step.outcome, step.number)}", self._width)
            self._terminal.write_line(lines.removeprefix(self._begun))
            for line in failed_lines(step):
                self._terminal.write_line(in_lines(f"  {line}", self._width))

    def end(self, is_cut: bool = False) -> None:
        if is_cut:
            self._terminal.write_line("")


class _Passes:
    """Writes one line anew each time on a terminal; elsewhere a line for each pass and each sweep."""

    def __init__(self, terminal: Any, width: int, planned: int) -> None:
        self._terminal, self._width, self._planned = terminal, width, planned
        self._began_at_s = time.perf_counter()
        self._begun: list[PassBegins] = []
        self._begun_in_pass: list[str] = []
        self._sweeps: dict[str, SweepPasses] = {}
        self._kept: set[str] = set()
        self._failed: set[str] = set()

    def write(self, step: Step) -> None:
        if isinstance(step, PassBegins):
            self._begun.append(step)
            self._begun_in_pass.clear()
            if not self._terminal.isatty:
                self._keep(heading(step, self._planned))
            return
        if isinstance(step, Ceilings):
            return
        sweep_id = step.sweep.case.sweep_id
        self._sweeps[sweep_id] = step.sweep
        if sweep_id not in self._begun_in_pass:  # else it begins again, after its process died
            self._begun_in_pass.append(sweep_id)
        if isinstance(step, SweepEnds):
            self._keep_failures(step)
        if self._terminal.isatty:
            text = position(self._begun_in_pass, self._begun[-1], self._planned, step.left_s)
            line = f"  {text}, {so_far(step.sweep)}"
            self._terminal.write(f"{ERASE_LINE}{fitted(line, self._width - 1)}", flush=True)
        elif isinstance(step, SweepEnds) and len(step.sweep.outcomes) >= self._planned:
            self._keep_sweep(sweep_id)

    def _keep_failures(self, step: SweepEnds) -> None:
        """Write a line for each network of a sweep that failed, once."""
        for line in failed_lines(step):
            if line not in self._failed:
                self._failed.add(line)
                self._keep(line)

    def _keep_sweep(self, sweep_id: str) -> None:
        """Write the line of a sweep, once."""
        if sweep_id not in self._kept:
            self._kept.add(sweep_id)
            sweeps = max(len(self._sweeps), self._begun[-1].sweeps)
            number = f"sweep {len(self._kept)} of {sweeps}"
            self._keep(f"{number}, {so_far(self._sweeps[sweep_id])}".removesuffix(SO_FAR))

    def _keep(self, text: str) -> None:
        """Write lines that stay; pytest counts the columns of the next one from their end."""
        if self._terminal.isatty:
            self._terminal.write(ERASE_LINE)
        self._terminal.write_line(in_lines(f"  {text}", self._width))

    def end(self, is_cut: bool = False) -> None:
        """Say what was done, in place of the last sweep's line."""
        if is_cut and self._begun:
            self._keep(f"cut short in pass {self._begun[-1].number}")
            return
        if not self._terminal.isatty:
            for sweep_id in self._sweeps:
                self._keep_sweep(sweep_id)
        if self._begun:
            early = sum(sweep.stopped == "precision" for sweep in self._sweeps.values())
            taken_s = time.perf_counter() - self._began_at_s
            self._keep(done(self._begun, taken_s, early, len(self._sweeps)))


def heading(begins: PassBegins, planned: int) -> str:
    """A pass that begins: "pass 2 of 5: 12 sweeps, 1:50 left"."""
    sweeps = _count(begins.sweeps, "sweep")
    left = "" if begins.why else f", {clock(begins.left_s)} left"
    return f"{_pass(begins, planned)}: {sweeps}{left}"


def position(begun: Sequence[str], begins: PassBegins, planned: int, left_s: float) -> str:
    """Progress of a run, from the sweeps begun in a pass: "sweep 3 of 12, pass 2 of 5, 1:40 left"."""
    left = "" if begins.why else f", {clock(left_s)} left"
    return f"sweep {len(begun)} of {begins.sweeps}, {_pass(begins, planned)}{left}"


def _pass(begins: PassBegins, planned: int) -> str:
    """The number of a pass, and why it is more than was planned."""
    if begins.why == AGAIN:
        return f"pass {begins.number} {AGAIN}"
    if begins.why:
        return f"pass {begins.number}, {begins.why}"
    return f"pass {begins.number} of {planned}"


def so_far(sweep: SweepPasses) -> str:
    """Summary of what its passes know of the variant that decides a sweep: "G2 x1 cpu: g=8 1.94x so far"."""
    sweep_id = sweep.case.sweep_id
    if not sweep.outcomes:
        return sweep_id
    outcome = sweep.outcome()
    others = [entry for entry in _entries(outcome) if not entry.is_baseline]
    if not others:
        return f"{sweep_id}: {_without_entries(outcome)}" if not _entries(outcome) else sweep_id
    by_name = {entry.place.variant: entry for entry in others}
    entry = by_name.get(printable(sweep.case.sweep.extreme.name), others[-1])
    return f"{sweep_id}: {entry.place.variant} {entry.slowdown.estimate:.2f}x{SO_FAR}"


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


def clock(seconds: float) -> str:
    """A time left: "1:40", "0:05"."""
    minutes, rest_s = divmod(round(seconds), 60)
    return f"{minutes}:{rest_s:02}"


def known_so_far(outcome: Outcome, number: int | None = None) -> str:
    """Summary of a sweep: "120 rounds: g=2 1.31 ±0.04, g=8 1.93 ±0.05".

    With the number of a pass, also what happened in it.
    """
    entries = _entries(outcome)
    if not entries:
        return _without_entries(outcome)
    slowdowns = [f"{entry.place.variant} {_slowdown(entry)}" for entry in entries if not entry.is_baseline]
    line = f"{entries[0].slowdown.rounds} rounds: {', '.join(slowdowns)}"
    for each in entries[0].passes:
        if each.number == number and each.circumstances.retried:
            line = f"measured {len(each.circumstances.retried) + 1} times, {line}"
        if each.number == number and each.circumstances.disturbed:
            line = f"{line} (disturbed: {'; '.join(each.circumstances.disturbed)})"
    return line


def failed_lines(step: SweepEnds) -> list[str]:
    """A line for each network of a pass that failed; for the baseline alone if it did, as all then fail."""
    failed = [each for each in step.results.values() if isinstance(each, Failure) and not each.is_skip]
    of_baseline = [each for each in failed if each.place.variant == each.place.baseline]
    sweep_id = step.sweep.case.sweep_id
    return [f"{sweep_id}: {each.place.variant} failed: {each.reason}" for each in of_baseline or failed]


def _entries(outcome: Outcome) -> list[Entry]:
    return [result for result in outcome.values() if isinstance(result, Entry)]


def _without_entries(outcome: Outcome) -> str:
    is_skip = all(result.is_skip for result in outcome.values() if isinstance(result, Failure))
    return "skipped" if is_skip else "failed"


def _slowdown(entry: Entry) -> str:
    if len(entry.passes) == 1:
        return f"{entry.slowdown.estimate:.2f}x"
    return with_half_width(entry.slowdown) if entry.slowdown.low else times(entry.slowdown)


def _count(number: int, what: str) -> str:
    """A number of things: "1 sweep", "3 passes"."""
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"
