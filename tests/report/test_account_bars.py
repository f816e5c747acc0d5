from dataclasses import replace
from itertools import chain
from math import log, prod

import pytest
from made_up_ceilings import ADDS, ceilings, with_ceilings, with_operators

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.report.subjects import account_bars, comparison, machines
from guidelines.report.subjects.report import parts
from guidelines.results.model import Circumstances, Machine

NOTHINGS = replace(ADDS, calls=4000, memory_access=0)
TWICE = replace(ADDS, memory_access=2_000_000)


@pytest.fixture
def sweep(entry):
    """The entries of a sweep; g=8 runs the given operators, the others `ADDS`."""

    def sweep(g2, g8, operators=(ADDS,), **changes):
        slowdowns = {"g=1": 1.0, "g=2": g2, "g=8": g8}
        made = []
        for name, slowdown in slowdowns.items():
            run = operators if name == "g=8" else (ADDS,)
            made.append(with_operators(entry(name, slowdown, **changes), *run))
        return made

    return sweep


def of_report(*results):
    """The charts of a report, and the titles of its sections."""
    sections, every = [], []
    for each in results:
        every.append(tables(each))
        sections += parts(each, every[-1])
    return account_bars.of_report(results, every, sections), [section.title for section in sections]


def lengths(bar):
    """The factors that are named; others are about 1."""
    return {part.name: round(part.value, 2) for part in bar.parts if part.text}


def test_a_bar_is_the_product_of_its_parts(sweep, results):
    made = with_ceilings(results(*sweep(1.2, 3.0, operators=(TWICE, NOTHINGS))))
    ((chart,), _) = of_report(made)
    (group,) = chart.groups
    (bar,) = group.bars
    assert (bar.name, bar.text) == ("x1 g=8", "2.998x")
    assert lengths(bar) == {"traffic": 2.0, "launches": 1.5}
    assert prod(part.value for part in bar.parts) == pytest.approx(bar.value, rel=1e-9)
    assert bar.parts[0].text == ""


def test_the_rows_on_which_verdicts_rest_come_first_and_the_others_on_request(sweep, results):
    both = [*sweep(1.2, 2.0), *sweep(1.1, 1.5, sweep="x2")]
    ((chart,), titles) = of_report(with_ceilings(results(*both)))
    (group,) = chart.groups
    assert [bar.name for bar in group.bars] == ["x1 g=8", "x2 g=8"]
    assert [bar.name for bar in group.more] == ["x1 g=2", "x2 g=2"]
    assert (group.name, group.note) == ("G2", "")
    assert titles[group.section].startswith("G2 ")


def test_factors_on_both_sides_of_one_keep_their_sides(sweep, results):
    made = with_ceilings(results(*sweep(1.2, 1.5, operators=(TWICE,))))
    ((chart,), _) = of_report(made)
    (bar,) = chart.groups[0].bars
    assert [part.name for part in bar.below if part.text] == ["kernels"]
    assert [part.name for part in bar.above if part.text] == ["traffic"]
    assert bar.ends == pytest.approx((log(0.75), log(2.0)), abs=0.01)


def test_a_bar_has_the_figure_and_the_unit_of_the_verdict(sweep, results, entry):
    half = replace(ADDS, memory_access=ADDS.memory_access // 2)
    ((chart,), _) = of_report(with_ceilings(results(*sweep(0.9, 0.5, operators=(half,), expect="faster"))))
    (bar,) = chart.groups[0].bars
    assert (bar.text, bar.note, lengths(bar)) == ("2.001x", "faster", {"traffic": 2.0})
    more = [with_operators(entry("g=1", 1.0), ADDS)]
    more.append(with_operators(entry("g=8", 3.0, work_ratio=1.5), TWICE))
    ((chart,), _) = of_report(with_ceilings(results(*more)))
    (bar,) = chart.groups[0].bars
    assert (bar.text, bar.note) == ("1.999x", "per mult-add")
    assert lengths(bar) == {"traffic": 1.33, "kernels": 1.5}


def test_a_row_whose_verdict_is_undecided_says_so(sweep, results):
    ((chart,), _) = of_report(with_ceilings(results(*sweep(1.2, 1.04, spread=0.5))))
    assert [bar.note for bar in chart.groups[0].bars] == ["undecided"]


def test_a_factor_has_its_interval_if_that_says_something(entry, results):
    made = (entry("g=1", 1.0), entry("g=8", 2.0, spread=0.3))
    passes = ceilings(), ceilings(number=2)
    made = with_ceilings(results(*(with_operators(each, ADDS) for each in made)), *passes)
    ((chart,), _) = of_report(made)
    (bar,) = chart.groups[0].bars
    assert [part.text for part in bar.parts if part.name == "kernels"] == ["1.97 ±0.31"]


def test_figures_to_distrust_are_marked(sweep, results):
    hog = Circumstances(disturbed=("a hog",), launch_s=2.0, device_s=1.0, operators=(ADDS,))
    made = [*sweep(1.2, 2.0)]
    made[-1] = replace(made[-1], passes=(replace(made[-1].passes[0], circumstances=hog),))
    ((chart,), _) = of_report(with_ceilings(results(*made)))
    assert [bar.name for bar in chart.groups[0].bars] == ["x1 ! g=8 *"]


def test_without_ceilings_there_is_no_chart(sweep, results):
    made = results(*sweep(1.2, 2.0))
    assert of_report(made)[0] == ()
    assert comparison.document(compare(made, made)).bars == ()
    assert machines.document(matrix([made, made])).bars == ()


def test_several_conditions_have_a_group_each_with_a_note(sweep, results, entry):
    one = entry("g=1", 1.0).place.condition
    two = replace(one, threads=2)
    made = []
    for guideline in ("G2", "G5"):
        made += [
            *sweep(1.2, 2.0, guideline=guideline),
            *sweep(1.2, 3.0, guideline=guideline, condition=two),
        ]
    ((chart,), titles) = of_report(replace(results(*made), ceilings=(ceilings(one), ceilings(two))))
    assert [(group.name, group.note) for group in chart.groups] == [
        ("G2", "a processor, threads 1"),
        ("G2", "a processor, threads 2"),
        ("G5", "a processor, threads 1"),
        ("G5", "a processor, threads 2"),
    ]
    for group in chart.groups:
        assert titles[group.section].startswith(group.name)
        assert titles[group.section].endswith(group.note[-9:])


def test_a_comparison_sets_both_sides_of_what_changed_below_each_other(sweep, results):
    passes = ceilings(), ceilings(number=2)
    a = with_ceilings(results(*sweep(1.2, 2.0)), *passes)
    b = with_ceilings(results(*sweep(1.2, 2.6)), *passes)
    (chart,) = comparison.document(compare(a, b)).bars
    (group,) = chart.groups
    assert [(bar.name, bar.note, bar.is_last) for bar in group.bars] == [
        ("A: x1 g=8", "", False),
        ("B: x1 g=8", "STRONGER, mostly kernels", True),
    ]
    assert [lengths(bar)["kernels"] for bar in group.bars] == [2.0, 2.6]
    assert group.section == 0


def test_a_matrix_has_a_bar_for_each_machine(sweep, results):
    both = []
    for name, slowdown in (("one", 2.0), ("two", 3.0)):
        made = results(*sweep(1.2, slowdown), machine=Machine(node=name, name=name))
        both.append(with_ceilings(made))
    document = machines.document(matrix(both))
    (chart,) = document.bars
    (group,) = chart.groups
    assert [(bar.name, bar.text) for bar in group.bars] == [
        ("one: x1 g=8", "1.999x"),
        ("two: x1 g=8", "2.998x"),
    ]
    assert document.sections[group.section].picture == "G2"


def test_the_only_row_of_a_sweep_of_its_name_is_named_once(entry, results):
    made = [entry("g=1", 1.0, sweep="g=8"), entry("g=8", 2.0, sweep="g=8")]
    ((chart,), _) = of_report(with_ceilings(results(*(with_operators(each, ADDS) for each in made))))
    assert [bar.name for bar in chart.groups[0].bars] == ["g=8"]


def test_a_page_holds_no_more_bars_than_it_can(sweep, results, monkeypatch):
    monkeypatch.setattr(account_bars, "MOST_BARS", 3)
    made = [sweep(1.2, 2.0, guideline=f"H{k}") for k in range(4)]
    ((chart,), _) = of_report(with_ceilings(results(*chain(*made))))
    assert [(group.name, len(group.bars), len(group.more)) for group in chart.groups] == [
        ("H0", 1, 0),
        ("H1", 1, 0),
        ("H2", 1, 0),
    ]
    assert chart.legend.endswith("5 more bars are left to the tables.")
