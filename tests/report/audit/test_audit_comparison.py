import csv
import io
import json
from dataclasses import replace

import pytest
from made_up_audits import CPU, audit_run, operator

from guidelines.analysis.audit.compare import audit_change
from guidelines.analysis.audit.gate import audit_gate
from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.measured import results_of
from guidelines.analysis.triggers import triggers
from guidelines.report.audit_records import records
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.formats.csv_records import to_csv
from guidelines.report.records import to_json
from guidelines.report.subjects.audit import gate as gate_lines
from guidelines.report.subjects.audit.comparison import MOST_LAYERS, document
from guidelines.report.subjects.audit.sides import Sides
from guidelines.results.model import Circumstances

GROUPED = "conv 3x3 64->64, 8 groups"
SETUP = "cpu, float32, nchw, eager, batch 1, 224x224, 1 thread"


def grouped(us, layers="conv1 conv2"):
    return operator(layers, us, "G2", operator=GROUPED)


def whole(us, layers="fc"):
    return operator(layers, us, operator="conv 1x1")


def run_a(**changes):
    return audit_run(1000, grouped(170), whole(500), whole(100, ""), **changes)


def run_b(us=820, **changes):
    return audit_run(us, whole(50, "conv1 conv2"), grouped(98, "new"), whole(500), **changes)


def compared(a, b):
    """The comparison of two runs, and their sides."""
    return audit_change(audit_result(a), audit_result(b)), Sides(results_of(a), results_of(b))


def lead_of(a, b):
    return document(*compared(a, b)).lead


def cells(section):
    """The texts of the rows by the first of them."""
    return {row.values[0].text: [value.text for value in row.values[1:]] for row in section.grid.rows}


def test_the_first_line_is_the_answer():
    first, *_ = lead_of(run_a(), run_b())
    took = "B takes 0.820x [0.818, 0.822] of A's time: FASTER; "
    assert first == f"{took}G2 took 33.99 % of A's, takes 11.95 % of B's"
    gone, *_ = lead_of(run_a(), audit_run(820, whole(50, "conv1 conv2")))
    assert gone.endswith("G2 took 33.99 % of A's, takes nothing of B's")
    same, *_ = lead_of(run_a(), run_a())
    assert same == "A and B hold the same run: they tell of no change"
    unclear, *_ = lead_of(run_a(passes=1), run_b(passes=1))
    took = "B takes ~0.82x [no interval] of A's time: UNCLEAR; "
    assert unclear == f"{took}no guideline's time has changed beyond its interval"


def test_every_guideline_has_a_row_and_so_have_the_operators_and_the_network():
    guidelines, _ = document(*compared(run_a(), run_b())).sections
    rows = cells(guidelines)
    assert list(rows) == ["G2", "none", "all operators", "network"]
    assert rows["G2"] == [
        *("339.9", "33.99", "±0.06"),
        *("98.0", "11.95", "±0.02"),
        *("0.2882 [0.2872, 0.2893]", "-24.20", "[-24.23, -24.16]"),
    ]
    assert rows["network"][-3:] == ["0.820 [0.818, 0.822]", "-18.0", "[-18.2, -17.8]"]


def test_a_row_of_layers_names_the_first_with_its_operators_and_guidelines():
    _, layers = document(*compared(run_a(), run_b())).sections
    rows = cells(layers)
    assert list(rows) == [
        f"conv1 + 1 more: {GROUPED} | conv 1x1",
        "forward(): conv 1x1",
        f"new: {GROUPED}",
        "fc: conv 1x1",
    ]
    first, root, new, last = rows.values()
    assert [row[0] for row in rows.values()] == ["G2 | none", "", "G2", ""]
    assert first[-2] == "-24.00"
    assert root[-3:-1] == ["gone", "-10.00"]
    assert new[-3:-1] == ["new", "+9.80"]
    assert last[-2] == "+0"


def test_layers_that_make_several_calls_say_so():
    a, b = (audit_run(100, whole(us, "relu relu relu")) for us in (10, 20))
    _, layers = document(*compared(a, b)).sections
    assert list(cells(layers)) == ["relu (3 calls): conv 1x1"]


def test_a_terminal_shows_the_layers_that_changed_most():
    many = [operator(f"layer{k}", 1 + k, operator=f"conv {k}") for k in range(MOST_LAYERS + 5)]
    less = [operator(f"layer{k}", 1, operator=f"conv {k}") for k in range(MOST_LAYERS + 5)]
    shown = document(*compared(audit_run(500, *many), audit_run(300, *less)))
    assert len(shown.sections[1].grid.rows) == MOST_LAYERS + 5
    printed = text.render(shown, 80)
    assert f"layer{MOST_LAYERS + 4}: " in printed
    assert "layer0: " not in printed
    assert "5 of 20 rows are not shown" in printed
    assert "layer0: " in markdown.render(shown)


def test_the_lead_names_the_audits_and_what_differs():
    other = replace(CPU, device="cuda:0", device_name="a GPU", dtype="float16", layout="nhwc")
    b = replace(run_b(condition=other, target="net2", inputs="8x3x224x224"), source="b.json")
    lead = lead_of(run_a(), b)
    assert lead[1:5] == (
        "A = a.json: net, 1x3x224x224; a processor, host here, torch 2.13.0",
        "B = b.json: net2, 8x3x224x224; a GPU, host here, a processor, torch 2.13.0",
        "differ in device name a processor | a GPU",
        "CONDITIONS DIFFER (A | B): device cpu | cuda:0; dtype float32 | float16; layout nchw | nhwc; cuDNN "
        "none | heuristic; inputs 1x3x224x224 | 8x3x224x224; A: cpu, float32, nchw, eager, batch 1, 224x224, "
        "1 thread",
    )
    assert lead[-1] == "3 calls of a layer on both sides, 1 only on A, 1 only on B"


def test_the_lead_says_if_one_side_kept_its_weights():
    own = "its own (--state)"
    lead = lead_of(run_a(), run_b(keeps_state=True))
    assert f"CONDITIONS DIFFER (A | B): weights drawn anew | {own}; A: {SETUP}" in lead
    assert f"{SETUP}, weights: {own}" in lead_of(run_a(keeps_state=True), run_b(keeps_state=True))
    assert SETUP in lead_of(run_a(), run_b())


def of_work(run, multiply_adds):
    """The same run of a network that does so much work."""
    whole, *others = run.entries
    identity = replace(whole.identity, work=replace(whole.identity.work, multiply_adds=multiply_adds))
    return replace(run, entries=(replace(whole, identity=identity), *others))


@pytest.mark.parametrize(
    ("b", "line"),
    [
        (4_020_000_000, "equal work: 4000 million multiply-adds on A, 4020 million on B"),
        (4_030_000_000, "not equal work: 4000 million multiply-adds on A, 4030 million on B"),
        (3_970_000_000, "not equal work: 4000 million multiply-adds on A, 3970 million on B"),
    ],
)
def test_the_lead_says_if_both_do_equal_work(b, line):
    a, b = of_work(run_a(), 4_000_000_000), of_work(run_b(), b)
    assert line in lead_of(a, b)
    shown, sides = compared(a, b)
    assert records(shown, *sides)[0]["a_multiply_adds"] == 4_000_000_000
    assert not [line for line in lead_of(a, of_work(run_b(), 0)) if "multiply-adds" in line]


def test_the_lead_says_what_to_distrust():
    a, b = run_a(passes=1), run_b()
    network = b.entries[0]
    how = Circumstances(disturbed=("a hog",), launch_s=2.0, device_s=1.0)
    passes = tuple(replace(each, circumstances=how) for each in network.passes)
    b = replace(b, entries=(replace(network, passes=passes), *b.entries[1:]))
    assert [line for line in lead_of(a, b) if line.startswith(("A: ", "B: ", "B was"))] == [
        "A: one process: the interval does not cover other runs; audit it with more --passes",
        "B was disturbed in 5 of 5 passes, worst pass 1: a hog",
        "B: the network's time is that of launching, not of the device",
    ]


def test_what_was_not_measured_is_named_with_its_share():
    guidelines, layers = document(*compared(run_a(), audit_run(800, grouped(None), whole(500)))).sections
    assert guidelines.notes == (
        "34 % of A's time is of layers that were not measured on the other side: see below",
        "B: its operators alone take 62.49 % of the network's time, so that their changes do not add up to "
        "that of the network",
    )
    assert layers.notes == (f"not measured on B: conv1: {GROUPED}: it cannot run alone",)
    assert cells(layers)[f"conv1 + 1 more: {GROUPED}"][-3:] == ["not measured on B", "", ""]
    without, _ = document(*compared(run_a(), audit_run(800, whole(None)))).sections
    assert "B: no operator could be measured alone" in without.notes


def test_the_legend_explains_unclear_only_if_it_is_there():
    assert not [line for line in document(*compared(run_a(), run_b())).notes if "UNCLEAR" in line]
    unclear = document(*compared(run_a(spread=0.2), run_b(spread=0.2))).notes
    assert [line.partition(")")[0] for line in unclear if "UNCLEAR" in line] == ["UNCLEAR (too wide"]


def test_every_format_shows_it():
    shown, sides = compared(run_a(), run_b())
    its_document = document(shown, sides)
    for rendered in (
        text.render(its_document, 80),
        markdown.render(its_document),
        html.render(its_document, {}),
        latex.render_alone(its_document),
    ):
        assert "conv1" in rendered
        assert "G2" in rendered
    assert max(map(len, text.render(its_document, 80).splitlines())) <= 80


def test_records_hold_all_figures():
    shown, sides = compared(run_a(), run_b())
    known = records(shown, sides.a, sides.b)
    assert [record["row"] for record in known] == [
        *("guideline", "guideline", "operators", "network"),
        *["layer"] * 4,
    ]
    first = known[4]
    assert (first["layers"], first["calls"]) == ("conv1; conv2", 2)
    assert (first["a_operator"], first["b_operator"]) == (GROUPED, "conv 1x1")
    assert (first["a_guideline"], first["b_guideline"]) == ("G2", "")
    assert first["a_seconds"] == pytest.approx(340e-6, rel=1e-3)
    assert first["change"] == pytest.approx(-0.24, rel=1e-2)
    assert len({tuple(record) for record in known}) == 1  # all have the same keys
    rows = list(csv.DictReader(io.StringIO(to_csv(known))))
    assert [row["lacks"] for row in rows[4:]] == ["", "gone", "new", ""]
    assert len(json.loads(to_json("compare_audits", known, document(shown, sides)))["records"]) == 8


def gated(words, us, **changes):
    shown, _ = compared(run_a(**changes), run_b(us, **changes))
    return audit_gate(shown, triggers(words)), shown


def test_the_gate_says_what_it_found():
    assert gate_lines.lines(*gated("slower:5%", 1200)) == (
        "Gate FAILED: slower by more than 5 %: yes (B takes 1.200x [1.197, 1.203] of A's time)",
    )
    assert gate_lines.lines(*gated("slower:5%,faster", 1020)) == (
        "Gate passed: slower by more than 5 %: no; faster by more than 3 %: no "
        "(B takes 1.020x [1.017, 1.023] of A's time)",
    )
    first, undecided = gate_lines.lines(*gated("slower", 820, passes=1))
    assert first.startswith(
        "Gate passed, but decided NOTHING: slower by more than 3 %: undecided (B takes ~0.82x"
    )
    assert undecided == (
        "undecided: there is no interval; to decide, audit both with more --passes; "
        "add unclear to --fail-on to fail at what is undecided"
    )


def test_the_gate_of_other_inputs_says_that_it_compared_nothing():
    shown, _ = compared(run_a(), run_b(inputs="8x3x224x224"))
    assert gate_lines.lines(audit_gate(shown, triggers("slower")), shown) == (
        "Gate FAILED, compared NOTHING: the networks were given other inputs, 1x3x224x224 | 8x3x224x224",
    )


def test_a_program_reads_the_gate():
    gate, _ = gated("slower:5%,unclear", 820, passes=1)
    assert gate_lines.to_json(gate) == {
        "passed": False,
        "compared_nothing": False,
        "checks": [
            {"word": "slower", "least": 0.05, "tripped": False, "undecided": True, "reach": None},
            {"word": "unclear", "least": None, "tripped": True, "undecided": True, "reach": None},
        ],
    }


def test_a_figure_has_one_rounding_wherever_it_is_shown():
    """The shares of the answer, the sum of the operators and the changes are those of the table."""
    one, other = run_a(spread=0.2), audit_run(400, whole(20, "conv1 conv2"), whole(150), spread=0.2)
    its_document = document(*compared(one, other))
    guidelines, _ = its_document.sections
    rows = cells(guidelines)
    assert f"G2 took {rows['G2'][1]} % of A's, takes nothing" in its_document.lead[0]
    summed = f"B: its operators alone take {rows['all operators'][4]} % of the network's time"
    assert guidelines.notes[0].startswith(summed)
    ratio, change, interval = rows["network"][-3:]
    low, high = (f"{100 * (float(end) - 1):+.0f}" for end in ratio.partition("[")[2][:-1].split(", "))
    assert (ratio.split()[0], change, interval) == ("0.40", "-60", f"[{low}, {high}]")
