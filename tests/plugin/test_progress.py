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
        (begins(2), "pass 2 of 5: 2 sweeps, 1:50 left"),
        (begins(5, sweeps=1, left_s=9.6), "pass 5 of 5: 1 sweep, 0:10 left"),
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


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("", "sweep 3 of 12, pass 2 of 5, 1:40 left"),
        (AGAIN, "sweep 3 of 12, pass 2 again, because something disturbed it"),
        (IN_TIME_LEFT, "sweep 3 of 12, pass 2, in the time that precise sweeps have left"),
    ],
)
def test_a_sweep_says_where_the_run_is(why, text):
    assert progress.position("abc", begins(2, sweeps=12, why=why), planned=5, left_s=99.6) == text


def test_a_line_is_cut_to_the_columns_of_the_terminal_and_shows_it():
    assert progress.fitted("x" * 10, 10) == "x" * 10
    assert progress.fitted("x" * 11, 10) == "xxxxxxx..."
    assert progress.fitted("数" * 5, 10) == "数" * 5
    assert progress.fitted("数" * 6, 10) == "数数数..."


def test_lines_that_stay_are_broken_between_words():
    line = "  " + ", ".join(f"{k}-fragment-parallel 1.20" for k in range(9))
    lines = progress.in_lines(line, 80).split("\n")
    assert max(map(len, lines)) <= 80
    assert " ".join(each.strip() for each in lines) == line.strip()
    assert [len(each) - len(each.lstrip()) for each in lines] == [2] + [4] * (len(lines) - 1)


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


def sweep_of(name, outcome, extreme="g=19"):
    """What the progress needs of a sweep."""
    case = SimpleNamespace(
        sweep_id=f"G2 {name} cpu", sweep=SimpleNamespace(extreme=SimpleNamespace(name=extreme))
    )
    return SimpleNamespace(case=case, pass_s=1.6, outcomes={}, stopped=None, outcome=lambda: outcome)


def test_the_variant_that_decides_is_shown_with_what_is_known_so_far(entry):
    known = outcome_of(entry("g=1", 1.0), entry("g=2", 1.1), entry("g=8", 1.94), entry("g=4", 1.5))
    sweep = sweep_of("x1", known, extreme="g=8")
    assert progress.so_far(sweep) == "G2 x1 cpu"
    sweep.outcomes[1] = known
    assert progress.so_far(sweep) == "G2 x1 cpu: g=8 1.94x so far"
    sweep.case.sweep.extreme.name = "g=16"  # it failed, or was not chosen
    assert progress.so_far(sweep) == "G2 x1 cpu: g=4 1.50x so far"


def test_a_sweep_without_results_says_so(entry):
    identity = entry("g=8", 2.0).identity
    failure = Failure(identity.place, identity.widths, identity.work, "why", is_skip=False)
    for known, text in (({"g8": failure}, ": failed"), (outcome_of(entry("g=1", 1.0)), "")):
        sweep = sweep_of("x1", known)
        sweep.outcomes[1] = known
        assert progress.so_far(sweep) == f"G2 x1 cpu{text}"


@pytest.fixture
def follow(entry):
    """Follows two passes of two sweeps; what the terminal has then."""

    def follow(isatty, error=None, width=80, last=2, failed=None):
        known = outcome_of(entry("g=1", 1.0), *(entry(f"g={g}", 1.5) for g in range(2, 20)))
        sweeps = [sweep_of(name, known) for name in ("x1", "x2")]

        def steps():
            for number in range(1, last + 1):
                yield begins(number)
                for sweep in sweeps:
                    yield SweepBegins(sweep, left_s=100.0)
                    yield SweepBegins(sweep, left_s=100.0)  # a process died
                    sweep.outcomes[number] = known
                    results = failed if failed and sweep is sweeps[0] else known
                    yield SweepEnds(sweep, number, results=results, outcome=known, left_s=65.0)
            if error:
                raise error

        terminal = Terminal(isatty)
        config = SimpleNamespace(
            pluginmanager=SimpleNamespace(get_plugin=lambda name: terminal),
            get_terminal_writer=lambda: SimpleNamespace(fullwidth=width),
        )
        with contextlib.suppress(KeyboardInterrupt):
            progress.follow(steps(), SimpleNamespace(passes=2), config)
        return terminal

    return follow


def test_a_terminal_has_one_line_which_is_rewritten_and_erased(follow):
    terminal = follow(isatty=True)
    assert terminal.seen == ["  2 passes in 0 s"]
    shown = terminal.getvalue().split(progress.ERASE_LINE)
    assert shown[:4] == [
        "",
        "  sweep 1 of 2, pass 1 of 2, 1:40 left, G2 x1 cpu",
        "  sweep 1 of 2, pass 1 of 2, 1:40 left, G2 x1 cpu",
        "  sweep 1 of 2, pass 1 of 2, 1:05 left, G2 x1 cpu: g=19 1.50x so far",
    ]
    assert shown[-3:-1] == [
        "  sweep 2 of 2, pass 2 of 2, 1:40 left, G2 x2 cpu: g=19 1.50x so far",
        "  sweep 2 of 2, pass 2 of 2, 1:05 left, G2 x2 cpu: g=19 1.50x so far",
    ]
    assert "\n" not in "".join(shown[:-1])


@pytest.mark.parametrize("width", [20, 40, 80])
def test_the_line_of_a_terminal_never_wraps(follow, width):
    shown = follow(isatty=True, width=width).getvalue().split(progress.ERASE_LINE)
    assert max(map(len, shown[:-1])) <= width - 1


def test_what_is_no_terminal_gets_a_line_for_each_pass_and_each_sweep(follow):
    terminal = follow(isatty=False)
    assert "\r" not in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()
    assert terminal.seen == [
        "  pass 1 of 2: 2 sweeps, 1:50 left",
        "  pass 2 of 2: 2 sweeps, 1:50 left",
        "  sweep 1 of 2, G2 x1 cpu: g=19 1.50x",
        "  sweep 2 of 2, G2 x2 cpu: g=19 1.50x",
        "  2 passes in 0 s",
    ]


def test_sweeps_that_end_early_have_their_lines_at_the_end(follow):
    assert follow(isatty=False, last=1).seen[1:] == [
        "  sweep 1 of 2, G2 x1 cpu: g=19 1.50x",
        "  sweep 2 of 2, G2 x2 cpu: g=19 1.50x",
        "  1 pass in 0 s",
    ]


def test_ctrl_c_leaves_a_line_that_says_where(follow):
    assert follow(isatty=True, error=KeyboardInterrupt()).seen == ["  cut short in pass 2"]


def test_networks_that_failed_are_named_once_with_the_reason(entry):
    places = [entry(name, 1.0).identity for name in ("g=1", "g=2", "g=8")]
    lost = {each.place.variant: Failure(each.place, each.widths, each.work, "why") for each in places}
    skipped = {"g=4": Failure(places[1].place, (), places[1].work, "not here", is_skip=True)}

    def lines(results):
        step = SweepEnds(sweep_of("x1", {}), 1, results=results, outcome={}, left_s=0.0)
        return progress.failed_lines(step)

    assert lines({name: lost[name] for name in ("g=2", "g=8")} | skipped) == [
        "G2 x1 cpu: g=2 failed: why",
        "G2 x1 cpu: g=8 failed: why",
    ]
    assert lines(lost) == ["G2 x1 cpu: g=1 failed: why"]
    assert lines(skipped | outcome_of(entry("g=1", 1.0))) == []


@pytest.mark.parametrize("isatty", [True, False])
def test_a_failure_is_shown_when_it_is_known(follow, entry, isatty):
    each = entry("g=2", 1.5).identity
    shown = follow(isatty, failed={"g2": Failure(each.place, each.widths, each.work, "why")}).seen
    (line,) = [number for number, line in enumerate(shown) if "failed" in line]
    assert shown[line] == "  G2 x1 cpu: g=2 failed: why"
    assert not any("pass 2" in each for each in shown[:line])
