import pytest

from guidelines.analysis.compare import compare
from guidelines.report.formats import markdown, text
from guidelines.report.subjects.comparison import document
from guidelines.results.model import Circumstances


@pytest.fixture
def sweep_of(entry, results):
    """A whole sweep of G2 as the results of one machine."""

    def sweep_of(g2, g8, **changes):
        return results(*(entry(name, s, **changes) for name, s in (("g=1", 1.0), ("g=2", g2), ("g=8", g8))))

    return sweep_of


def test_what_is_to_be_said_against_a_side_is_said_first(sweep_of):
    distrusted = Circumstances(disturbed=("a hog",), launch_s=2.0, device_s=1.0)
    lead = document(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, circumstances=distrusted))).lead
    assert [line for line in lead if line.startswith(("A: ", "B: "))] == [
        "B: G2 x1 was disturbed: a hog",
        "B: 3 of 3 times are those of launching, not of the device",
    ]


def test_one_slow_down_is_counted_as_one(entry, results):
    one = results(entry("g=1", 1.0), entry("g=8", 2.0))
    lead = document(compare(one, one)).lead
    assert any("1 slow-down: " in line for line in lead)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"widths": (64,)}, {"widths": (64, 32)}, "channels A | B: g=1 64 | 64, 32; g=2 64 | 64, 32"),
        (
            {"widths": (), "multiply_adds": 40_500_000},
            {"widths": (), "multiply_adds": 4_240_000},
            "M mult-adds an image A | B: g=1 40.5 | 4.24; g=2 40.5 | 4.24",
        ),
        ({}, {"multiply_adds": 32_112_640}, "M mult-adds an image A | B: g=1 128 | 32.1; g=2 128 | 32.1"),
        ({}, {"parameters": 40_961}, "parameters A | B: g=1 40960 | 40961; g=2 40960 | 40961"),
        ({}, {"multiply_adds": 128_450_561}, "mult-adds a call A | B: g=1 128450560 | 128450561; g=2 "),
    ],
)
def test_other_networks_are_named_by_what_tells_them_apart(sweep_of, ours, theirs, expected):
    (section, *_) = document(compare(sweep_of(1.2, 2.0, **ours), sweep_of(1.2, 2.0, **theirs))).sections
    (note,) = (note for note in section.notes if note.startswith("OTHER NETWORKS"))
    assert note.startswith(f"OTHER NETWORKS in x1, {expected}")


def test_figures_about_launches_are_marked_with_a_note(entry, sweep_of, results):
    waiting = {"circumstances": Circumstances(launch_s=2.0, device_s=1.0)}
    a = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 2.0, **waiting))
    shown = document(compare(a, sweep_of(1.2, 2.4)))
    effects, speeds = shown.sections
    slowdowns = [(row.values[1].text[-1], row.values[3].text[-1]) for row in effects.grid.rows]
    assert [("*" in a, "*" in b) for a, b in slowdowns] == [(False, False), (False, False), (True, False)]
    assert ["*" in row.values[1].text for row in speeds.grid.rows] == [False, False, True]
    assert effects.verdicts[0].startswith("G2 x1 g=8 * STRONGER: ")
    assert any("; 1 of the 2 are about launches, not the device (*)" in line for line in shown.lead)
    assert any(note.startswith("* launching this network") for note in shown.notes)


def test_nothing_is_said_of_launches_if_no_figure_is_about_them(sweep_of):
    shown = document(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4)))
    assert not any("launch" in line for line in (*shown.lead, *shown.notes))


def test_the_legend_explains_every_word_of_a_cell(sweep_of):
    few = document(compare(sweep_of(1.2, 2.0), sweep_of(1.3, 2.05, spread=0.2)))
    cells = [row.values[-1].text for section in few.sections for row in section.grid.rows]
    legend = " ".join(few.notes)
    used = {word for cell in cells for word in cell.split() if word.isalpha()}
    assert {"UNCLEAR", "too", "wide"} <= used
    assert "UNCLEAR: the interval spans the ratio that is named, is too wide" in legend
    assert "lies above or below the ratio that is named" in legend
    assert "±: 99 % interval of one side. [ ]: 99.8 % interval of a ratio of both" in legend
    assert "To decide, measure both sides with --passes 5 or more, on a quieter machine." in legend
    decided = document(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4)))
    assert "UNCLEAR" not in " ".join(decided.notes)


def test_a_terminal_shows_of_many_speeds_those_that_changed(entry, results):
    def side(factor):
        rows = []
        for k in range(8):
            slow = factor if k == 3 else 1.0
            for variant, slowdown in (("g=1", 1.0), ("g=8", 2.0)):
                made = entry(variant, slowdown, sweep=f"y{k}")
                rows.append(
                    entry(variant, slowdown, sweep=f"y{k}", samples_s=tuple(s * slow for s in made.samples_s))
                )
        return results(*rows)

    shown = document(compare(side(1.0), side(1.5)))
    (speeds,) = [section for section in shown.sections if section.title == "Absolute speed"]
    assert len(speeds.grid.rows) == 16
    assert [row.group for row in speeds.brief.rows] == ["G2 y3"] * 2
    assert speeds.notes == ()
    terminal = text.render(shown, 100).partition("Absolute speed")[2]
    assert terminal.count("SLOWER below") == 2
    assert "y4" not in terminal
    assert "14 of 16 rows are not shown: -o FILE.md, .html, .tex or .csv holds them" in terminal
    assert markdown.render(shown).count("SAME identical") > 14


def test_no_speed_that_changed_leaves_no_table_in_a_terminal(entry, results):
    rows = [entry(v, s, sweep=f"y{k}") for k in range(8) for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    shown = text.render(document(compare(results(*rows), results(*rows))), 100)
    assert "Absolute speed\n\n16 of 16 rows are not shown: " in shown


def test_a_side_of_one_process_is_told_before_the_figures(sweep_of):
    lead = document(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4))).lead
    assert lead[3].startswith(
        "A and B: one process: the interval does not cover other runs; --passes 5 would"
    )


def test_a_network_of_other_work_is_compared_per_multiply_add_as_its_verdict_is(entry, results):
    def side(g8, *, of_g2):
        others = (entry("g=2", 1.2, work_ratio=of_g2), entry("g=8", g8, work_ratio=1.25))
        return results(entry("g=1", 1.0), *others)

    shown = document(compare(side(2.0, of_g2=1.0), side(2.5, of_g2=1.0)))
    effects = shown.sections[0]
    assert [row.values[0].text for row in effects.grid.rows] == ["g=1", "g=2", "g=8 #"]
    assert {row.group for row in effects.grid.rows} == {"x1"}
    assert effects.verdicts[0].startswith("G2 x1 g=8 STRONGER: 1.599x the time per mult-add of g=1 on A, ")
    assert any(note.startswith("per mult-add, #: a network of other work") for note in shown.notes)
    every = document(compare(side(2.0, of_g2=1.1), side(2.5, of_g2=1.1))).sections[0]
    assert [row.values[0].text for row in every.grid.rows] == ["g=1", "g=2", "g=8"]
    assert {row.group for row in every.grid.rows} == {"x1, per mult-add"}


def test_launches_are_compared_by_their_time_whatever_the_work(sweep_of):
    waiting = Circumstances(launch_s=2.0, device_s=1.0)
    bound = compare(*(sweep_of(1.2, 2.0, work_ratio=1.25, circumstances=waiting) for _ in range(2)))
    assert not any(row.is_per_multiply_add for row in bound.rows)


def test_the_legend_says_what_would_decide_what_is_unclear(entry_of_passes, results):
    def side(*of_passes):
        return results(entry_of_passes("g=1", [1.0] * 5), entry_of_passes("g=8", of_passes))

    unclear = compare(side(1.97, 1.98, 2.0, 2.01, 2.03), side(2.0, 2.02, 2.03, 2.04, 2.05))
    legend = " ".join(document(unclear).notes)
    assert "To decide, measure both sides longer: --passes " in legend
    assert "would decide about 1 of these " in legend
