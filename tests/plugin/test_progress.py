import contextlib
import io
from dataclasses import replace
from types import SimpleNamespace

import pytest

from guidelines.measure.passes import AGAIN, IN_TIME_LEFT, PassBegins, SweepBegins, SweepEnds
from guidelines.plugin import progress
from guidelines.results.model import Circumstances, Failure
from guidelines.stats.intervals import Estimate


def begins(number, sweeps=2, why="", left_s=110.0):
    return PassBegins(number=number, sweeps=sweeps, why=why, left_s=left_s)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (begins(2), "pass 2 of 5: 2 sweeps, about 1 min 50 s left"),
        (begins(5, sweeps=1, left_s=9.6), "pass 5 of 5: 1 sweep, about 10 s left"),
        (begins(6, why=IN_TIME_LEFT), "pass 6, in the time that precise sweeps have left: 2 sweeps"),
        (begins(2, 1, AGAIN), "pass 2 again, because something disturbed it: 1 sweep"),
    ],
)
def test_a_pass_that_begins_says_what_it_is(step, text):
    assert progress.heading(step, planned=5) == text


@pytest.mark.parametrize(
    ("steps", "early", "text"),
    [
        ([begins(1)], 0, "1 pass in 1 min 5 s"),
        ([begins(1), begins(2)], 0, "2 passes in 1 min 5 s"),
        ([begins(1), begins(2)], 1, "2 passes in 1 min 5 s; 1 of 3 sweeps ended early, precise enough"),
        (
            [begins(1), begins(2), begins(3, why=IN_TIME_LEFT)],
            2,
            "3 passes in 1 min 5 s; 2 of 3 sweeps ended early, precise enough; "
            "1 more pass of the others in the time left",
        ),
        ([begins(1), begins(1, 2, AGAIN)], 0, "1 pass in 1 min 5 s; 2 measurements repeated"),
    ],
)
def test_the_end_says_what_was_done(steps, early, text):
    assert progress.done(steps, 65.2, early, sweeps=3) == text


def test_a_line_is_cut_to_the_terminal_and_shows_it():
    assert progress.fitted("x" * 10, 10) == "x" * 10
    assert progress.fitted("x" * 11, 10) == "xxxxxxx..."


def outcome_of(*entries):
    return {entry.place.variant: entry for entry in entries}


def test_what_one_pass_knows_is_without_intervals(entry):
    outcome = outcome_of(entry("g=1", 1.0), entry("g=8", 1.934))
    assert progress.known_so_far(outcome) == "40 rounds: g=8 1.93x"


def of_passes(entry, variant, slowdown, *circumstances):
    """An entry of as many passes as there are circumstances."""
    whole = entry(variant, slowdown)
    (only,) = whole.passes
    passes = [replace(only, number=k, circumstances=each) for k, each in enumerate(circumstances, 1)]
    return replace(whole, passes=tuple(passes), slowdown=Estimate(slowdown, 1.8, 2.0, 0.95, 80))


def test_the_pass_that_ended_says_what_happened_in_it(entry):
    quiet, loud = Circumstances(), Circumstances(disturbed=("other programs",), retried=("heat",))
    outcome = outcome_of(of_passes(entry, "g=8", 1.9, quiet, loud, quiet))
    assert progress.known_so_far(outcome) == "80 rounds: g=8 1.90 ±0.10"
    assert progress.known_so_far(outcome, 3) == "80 rounds: g=8 1.90 ±0.10"
    assert progress.known_so_far(outcome, 2) == (
        "measured 2 times, 80 rounds: g=8 1.90 ±0.10 (disturbed: other programs)"
    )


@pytest.mark.parametrize(("is_skip", "text"), [(True, "skipped"), (False, "failed")])
def test_a_sweep_of_failures_says_so(entry, is_skip, text):
    identity = entry("g=8", 2.0).identity
    failure = Failure(identity.place, identity.widths, identity.work, "why", is_skip=is_skip)
    assert progress.known_so_far({"g8": failure}) == text


class Terminal(io.StringIO):
    """What pytest's terminal does with lines, and the lines that are seen at the end."""

    currentfspath = None

    def __init__(self, isatty):
        super().__init__()
        self.isatty = isatty

    def ensure_newline(self):
        pass

    def write(self, text, flush=False):
        super().write(text)

    def write_line(self, line):
        super().write(f"{line}\n")

    @property
    def seen(self):
        return [line.rpartition(progress.ERASE_LINE)[2] for line in self.getvalue().rstrip().split("\n")]


@pytest.fixture
def follow(entry):
    """Follows two passes of one sweep with many variants; what the terminal, 80 columns wide, has then."""

    def follow(isatty, error=None):
        known = outcome_of(entry("g=1", 1.0), *(entry(f"g={g}", 1.5) for g in range(2, 20)))
        sweep = SimpleNamespace(
            case=SimpleNamespace(sweep_id="G2 x1 cpu"),
            pass_s=1.6,
            outcomes={},
            stopped=None,
            outcome=lambda: known,
        )

        def steps():
            for number in (1, 2):
                yield begins(number, sweeps=1)
                yield SweepBegins(sweep)
                yield SweepBegins(sweep)  # a process died
                sweep.outcomes[number] = known
                yield SweepEnds(sweep, number, known, known)
            if error:
                raise error

        terminal = Terminal(isatty)
        config = SimpleNamespace(
            pluginmanager=SimpleNamespace(get_plugin=lambda name: terminal),
            get_terminal_writer=lambda: SimpleNamespace(fullwidth=80),
        )
        with contextlib.suppress(KeyboardInterrupt):
            progress.follow(steps(), SimpleNamespace(passes=2), config)
        return terminal

    return follow


def test_a_terminal_keeps_a_line_for_each_pass_and_no_rest_of_others(follow):
    terminal = follow(isatty=True)
    assert terminal.seen == [
        "  pass 1 of 2: 1 sweep, about 1 min 50 s left",
        "  pass 2 of 2: 1 sweep, about 1 min 50 s left",
        "  2 passes in 0 s",
    ]
    shown = [line for part in terminal.getvalue().split(progress.ERASE_LINE) for line in part.split("\n")]
    assert max(map(len, shown)) == 79
    assert "    1/1 G2 x1 cpu ... up to 1.6 s" in shown
    assert any(line.startswith("    1/1 G2 x1 cpu ... 40 rounds: g=2 1.50x, ") for line in shown)


def test_what_is_no_terminal_gets_a_line_for_each_sweep(follow):
    terminal = follow(isatty=False)
    assert "\r" not in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()
    assert len(terminal.seen) == 5
    assert terminal.seen[1].startswith("    G2 x1 cpu: 40 rounds: g=2 1.50x, ")
    assert terminal.seen[1].endswith("g=19 1.50x")


def test_ctrl_c_leaves_a_line_that_says_where(follow):
    assert follow(isatty=True, error=KeyboardInterrupt()).seen[-1] == "  cut short in pass 2"
