from dataclasses import replace

import pytest
from made_up_ceilings import CPU, ceilings, with_operators

from guidelines.analysis.tables import tables
from guidelines.report.document import Document
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.records import of_tables
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.tables import sections
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

# Of 4 ms of traffic, and of launches of 4 ms alone.
ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)
TWICE = replace(ADDS, memory_access=2_000_000)
# Of the network's and the baseline's time, 4 of 10 ms.
FLOOR = " (the floor is 40 % of the time)"
CONV = Operators("convolution", calls=1, multiply_adds=20_000_000, memory_access=1000)
NOTHINGS = Operators("element-wise", calls=4000, multiply_adds=0, memory_access=0)


@pytest.fixture
def sweep(entry):
    """The entries of a sweep of G2: the baseline adds, g=8 has operators of its own."""

    def sweep(slowdown, *operators, baseline=(ADDS,), spread=0.01, **changes):
        own = {"work_ratio": changes.pop("work_ratio", 1.0)}
        made = (
            entry("g=1", 1.0, **changes),
            entry("g=8", slowdown, spread=spread, **changes, **own),
        )
        return [with_operators(made[0], *baseline), with_operators(made[1], *operators)]

    return sweep


@pytest.fixture
def explained(results):
    """Results with the ceilings of a condition, as two passes found them alike."""

    def explained(*entries, condition=CPU):
        passes = (ceilings(condition), ceilings(condition, number=2))
        return replace(results(*entries), ceilings=passes)

    return explained


@pytest.fixture
def account(sweep, explained):
    """The line below the verdict of a sweep."""

    def account(slowdown, *operators, condition=CPU, **changes):
        entries = sweep(slowdown, *operators, condition=condition, **changes)
        (section,) = sections(tables(explained(*entries, condition=condition)))
        return section.accounts[0]

    return account


def test_factors_that_are_1_are_left_out(account):
    assert account(2.0, TWICE) == f"= 2.00 traffic; memory explains 100 % of it{FLOOR}"
    assert account(2.0, ADDS) == "= 2.00 kernels; memory explains 0 % of it"
    assert account(4.0, TWICE) == f"= 2.00 traffic x 2.00 kernels; memory explains 50 % of it{FLOOR}"


def test_the_part_of_memory_is_not_named_if_traffic_may_as_well_be_1(sweep, results):
    entries = sweep(2.0, replace(TWICE, calls=1), CONV, baseline=[ADDS, CONV])
    passes = (ceilings(bytes_per_s=2e9), ceilings(number=2, bytes_per_s=2e10))
    (section,) = sections(tables(replace(results(*entries), ceilings=passes)))
    assert section.accounts[0].endswith("what memory explains of it is not clear")


def test_a_network_that_is_faster_than_its_floor_is_not_explained(account):
    assert account(1.3, TWICE, TWICE) == ""


def test_launches_are_a_factor(account):
    assert account(2.0, ADDS, NOTHINGS) == "= 2.00 launches; memory explains 0 % of it"


def test_an_interval_stands_there_if_it_says_something(account):
    assert account(2.0, ADDS, spread=0.3) == "= 1.97 ±0.31 kernels; memory explains 0 % of it"


def test_factors_have_two_decimals_at_most_and_fewer_if_they_are_large(account):
    assert account(1.7, TWICE, TWICE, spread=0.06).startswith("= 4.00 traffic x 0.42 ±0.01 kernels")
    sixth = replace(TWICE, memory_access=TWICE.memory_access // 6)
    assert account(2.0, sixth, baseline=[TWICE], spread=0.05).startswith("= 0.17 traffic x 12.")
    assert account(123.0, ADDS, spread=0).startswith("= 123.0 kernels")


def test_what_works_against_the_effect_is_named(account):
    assert account(1.5, TWICE) == (
        "= 2.00 traffic x 0.75 kernels; memory explains more than all of it; against it: kernels"
    )
    assert account(1.5, ADDS, baseline=[TWICE]) == "= 0.50 traffic x 3.00 kernels; against it: traffic"


def test_an_uncertain_factor_does_not_count_as_working_against_it(account):
    clear = account(1.5, TWICE)
    assert clear.endswith("; memory explains more than all of it; against it: kernels")
    assert account(1.5, TWICE, spread=0.65).endswith(" kernels; memory explains all of it")


def test_a_factor_about_1_does_not_count_as_working_against_it(account):
    more = replace(ADDS, memory_access=1_150_000)
    line = account(1.13, more, spread=0.001)
    assert line.startswith("= 1.15 traffic x 0.98 kernels; memory may explain all of it")
    assert "against it" not in line


def test_memory_is_not_said_to_explain_all_if_the_floor_is_a_small_part_of_the_time(account):
    _, *told = account(1.8, TWICE).split("; ")
    assert told == ["memory may explain all of it (the floor is 44 % of the time)", "against it: kernels"]
    assert account(2.0, ADDS) == "= 2.00 kernels; memory explains 0 % of it"


def test_a_slowdown_of_1_has_nothing_to_explain_unless_factors_cancel_out(account):
    assert account(1.005, ADDS, spread=0) == "= about 1: nothing to explain"
    assert account(1.005, TWICE, spread=0) == "= 2.00 traffic x 0.50 kernels, which cancel out"


def test_an_undecided_sweep_has_factors_but_no_shares(account):
    assert account(1.1, TWICE, spread=1.0).startswith("= 2.00 traffic x 0.5")
    assert account(1.04, ADDS, spread=0.3).endswith(" kernels")
    assert account(1.02, ADDS, spread=0.3) == "= 1.00 ±0.16 kernels"
    assert account(1.0, ADDS, spread=0.01) in ("", "= about 1: nothing to explain")


def test_a_slowdown_per_multiply_add_has_no_work(account):
    line = account(2.0, TWICE, work_ratio=1.25)
    assert line == f"= 1.60 traffic; memory explains 100 % of it{FLOOR}"


def test_the_account_of_a_speed_up_multiplies_to_it(account):
    half = replace(ADDS, memory_access=ADDS.memory_access // 2)
    line = account(0.25, half, baseline=[ADDS], expect="faster")
    assert line == "= 2.00 traffic x 2.00 kernels; memory explains 50 % of it"


def test_launches_of_a_cuda_device_are_eager_over_graph(sweep, explained):
    eager, graph = Condition("cuda:0", "a device"), Condition("cuda:0", "a device", mode="cudagraph")
    entries = [*sweep(3.0, ADDS, condition=eager), *sweep(1.5, ADDS, condition=graph)]
    in_eager, in_graph = sections(tables(explained(*entries, condition=eager)))
    assert in_eager.accounts == ("= 2.00 launches x 1.50 kernels; memory explains 0 % of it",)
    assert in_graph.accounts == ("= 1.50 kernels; memory explains 0 % of it",)
    alone = sweep(3.0, ADDS, condition=eager)
    (only,) = sections(tables(explained(*alone, condition=eager)))
    assert only.accounts == ("= 3.00 kernels; memory explains 0 % of it",)


def test_a_compiled_network_without_products_has_no_account(account):
    compiled = replace(CPU, mode="compile")
    assert account(2.0, TWICE, condition=compiled) == ""


def test_each_format_has_the_account_below_its_verdict(sweep, explained):
    document = Document("", (), sections(tables(explained(*sweep(4.0, TWICE)))))
    own = "2.00 traffic x 2.00 kernels; memory explains 50"
    _, line, *_ = text.render(document, 100).partition("G2 x1 holds")[2].splitlines()
    assert line == f"   = {own} % of it{FLOOR}"
    assert f"\n- \\= {own} % of it{FLOOR}\n" in markdown.render(document)
    assert f"\n\\item = {own} \\% of it (the floor is 40 \\% of the time)\n" in latex.render_alone(document)
    assert f". = {own} \\% of it (the floor is 40 \\% of the time).}}" in latex.render(document)
    assert f"<br>= {own} % of it{FLOOR}</li>" in html.render(document, {})


def test_narrow_terminals_break_it(sweep, explained):
    document = Document("", (), sections(tables(explained(*sweep(4.0, TWICE)))))
    lines = text.render(document, 35).splitlines()
    begin = lines.index("   = 2.00 traffic x 2.00 kernels;")
    assert lines[begin + 1 : begin + 3] == [
        "   memory explains 50 % of it (the",
        "   floor is 40 % of the time)",
    ]


@pytest.mark.parametrize(
    ("slowdown", "operators", "reason"),
    [
        (2.0, [ADDS], "; kernels 100 %"),
        (2.0, [TWICE], "; traffic 100 %"),
        (4.0, [TWICE], "; traffic 50 %, kernels 50 %"),
        (1.005, [TWICE], ""),
    ],
)
def test_the_answer_names_the_reason(sweep, explained, slowdown, operators, reason):
    (line,) = lines([tables(explained(*sweep(slowdown, *operators, spread=0)))])
    joined = reason.replace("kernels ", "kernels\u00a0").replace("traffic ", "traffic\u00a0")
    joined = joined.replace(" %", "\u00a0%")
    assert line.effect.partition(")")[2] == line.effect_in_full.partition(")")[2] == joined


def test_several_conditions_have_one_reason_if_it_is_the_same_in_most(sweep, explained):
    conditions = [replace(CPU, batch_size=2**k) for k in range(12)]
    entries = []
    for condition in conditions:
        entries += sweep(2.0, ADDS, condition=condition)
    (line,) = lines([tables(explained(*entries))])
    assert line.outcome == "holds under 12 of 12 conditions"
    assert line.effect.endswith("); kernels\u00a0100\u00a0%")


def test_records_hold_every_factor_with_its_interval(sweep, explained):
    made = explained(*sweep(4.0, TWICE, spread=0))
    baseline, g8 = of_tables(made, tables(made))
    assert (g8["traffic"], g8["traffic_low"], g8["kernels"]) == pytest.approx((2.0, 2.0, 2.0), rel=1e-3)
    assert (g8["work"], g8["launches"]) == pytest.approx((1.0, 1.0), rel=1e-3)
    assert g8["floor_share"] == pytest.approx(baseline["floor_share"] / 2, rel=1e-2)
    assert (baseline["work"], baseline["kernels_high"]) == (None, None)


def test_files_without_ceilings_report_without_an_account(sweep, results):
    made = results(*sweep(4.0, TWICE))
    (section,) = sections(tables(made))
    assert (section.accounts, section.findings) == (("",), section.verdicts)
    (_, g8) = of_tables(made, tables(made))
    assert {g8[name] for name in ("work", "kernels_low", "floor_share")} == {None}
