from dataclasses import replace

import pytest
from made_up_parts import GROUPED, NARROW, PLAIN, RELU, SHARES, audit_run

from guidelines.analysis.audit.fit import fitted
from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import text
from guidelines.report.part_records import facts, of_audits
from guidelines.report.subjects.audit import shares as audit_shares
from guidelines.report.subjects.audit.document import document
from guidelines.results.audit import FOLDABLE, REPLAYED, WHOLE, WITHOUT_G4
from guidelines.results.model import Circumstances


def result(**changes):
    return fitted(audit_result(audit_run(**changes)))


def shown(*results, top=15, width=80):
    return text.render(document(results, top), width)


def flat(*results, **changes):
    return " ".join(shown(*results, **changes).split())


def section(title, top=15, **changes):
    (known,) = [each for each in document([result(**changes)], top).sections if each.title.startswith(title)]
    return known


def cells(grid):
    return [[value.text for value in row.values] for row in grid.rows]


def test_the_answer_comes_first():
    first = shown(result(), width=120).splitlines()[0]
    assert first == (
        "net takes 10 ms; operators that break G2 take 30.0 ±0.8 % of it, G1 20.0 ±0.5 %, G4 20.0 ±0.5 %"
    )
    told = flat(result())
    assert "keeping G1 would save 1.0 [0.1, 1.8] %; keeping G2 would save 18.0 [17.3, 18.6] % of the" in told
    in_place = (
        "G4 taken out in place saves 19 [15, 23] % of the time; the sum of its parts is 20.0 [19.5, 20.5] %"
    )
    assert in_place in told
    assert "without redesign: layer1.0.conv2 + 2 more in nhwc saves 6.1 % of the time" in told


def test_what_could_not_be_taken_out_in_place_is_told():
    shares = {name: share for name, share in SHARES.items() if name != WITHOUT_G4}
    told = flat(result(shares=shares))
    assert "G4 taken out in place was not measured; the sum of its parts is 20.0 [19.5, 20.5] %" in told


def test_the_text_fits_80_columns():
    long = replace(GROUPED, layers=("features.denseblock4.denselayer16.a_long_name_without_end.conv1",) * 12)
    everything = shown(result(parts=(long, NARROW, RELU, PLAIN)))
    assert max(map(len, everything.splitlines())) <= 80
    assert "features.denseblock4.denselaye" in everything


def of_rule(number, rule):
    """Another operator that breaks G4, and how."""
    return replace(RELU, variant=f"part-{number}", operator="another", layers=(f"of{number}",), rule=rule)


def test_g4_is_split_by_rule():
    depthwise, norm = of_rule(6, "depthwise convolution"), of_rule(7, FOLDABLE)
    shares = SHARES | {REPLAYED: 0.97, "part-6": 0.05, "part-7": 0.02}
    split = {"parts": (GROUPED, NARROW, RELU, PLAIN, depthwise, norm), "shares": shares}
    g4 = ("27.0 ±0.5 %", "27.0 [26.5, 27.5] %")
    assert cells(section("Where the time goes", **split).grid)[2:6] == [
        ["G4: element-wise operators, depthwise convolution, copies", "3", *g4],
        ["\u00a0\u00a0works element by element", "1", "20.0 ±0.5 %", ""],
        ["\u00a0\u00a0depthwise convolution", "1", "5.00 ±0.13 %", ""],
        [f"\u00a0\u00a0{FOLDABLE}", "1", "2.00 ±0.05 %", ""],
    ]
    line = (
        "normalisation that can be folded into the convolution before it takes 2.00 ±0.05 %: fold it "
        "(torch.nn.utils.fusion.fuse_conv_bn_eval), no redesign"
    )
    assert line in flat(result(**split))
    split["shares"] = shares | {"part-7": 0.009}
    assert "fold it" not in flat(result(**split))


def test_a_rest_is_not_named_if_the_parts_do_not_make_the_whole():
    rest = cells(section("Where", parts=(GROUPED, RELU, PLAIN, NARROW)).grid)[-2]
    assert rest[0] == "between operators: Python, dispatch, views"
    less = SHARES | {"part-1": 0.01}
    rest = cells(section("Where", shares=less, parts=(GROUPED, RELU, PLAIN, NARROW)).grid)[-2]
    assert rest[0] == "rest: not in the operators timed alone"
    assert rest[2].startswith("37")


def test_parts_that_break_none_and_are_not_shown_are_counted():
    small = replace(PLAIN, variant="part-6", layers=("small",))
    shown = section("Parts that break none", parts=(PLAIN, small), shares=SHARES | {"part-6": 0.012})
    assert shown.notes == ("1 other, 1.2 % of the time",)
    assert section("Parts that break none").notes == ()


def test_columns_without_figures_are_left_out():
    told = section("The dearest", shares=SHARES | {"part-1.remedy-1": 0.12})
    assert [head.name for head in told.grid.heads][-2:] == ["price, %", "share now,\u00a0%"]
    assert "no redesign" not in [head.name for head in told.brief.heads]


def test_shares_sum_to_the_whole():
    lines = list(audit_shares.lines(result()))
    assert sum(line.share.estimate for line in lines) == pytest.approx(1)
    assert [line.name for line in lines] == ["G1", "G2", "G4", "none", "between operators"]
    assert cells(section("Where the time goes").grid)[-1] == ["whole network", "", "100 %", ""]


def test_the_dearest_part_is_first():
    grid = section("The dearest").grid
    assert [row[0] for row in cells(grid)] == [
        "layer1.0.relu + 1 more",
        "layer1.0.conv2 + 2 more",
        "layer1.0.conv1",
    ]
    grouped = cells(grid)[1]
    assert grouped[1:4] == ["3", "conv 3x3 128->128, 32 groups, 56x56", "G2: 32 groups"]
    # The alternative does 1.125 times the work: 450 us are 400 us at equal work.
    assert grouped[4:8] == ["1000", "400", "one group, widths 24 and 24", "1800 ±70"]
    assert grouped[8:] == ["18.0 ±0.7", "30.0 ±0.8", "in nhwc: -6.1 %"]


def test_a_remedy_that_is_not_clearly_faster_is_not_named():
    told = result(shares=SHARES | {"part-1.remedy-1": 0.0999})
    assert "without redesign" not in shown(told)
    assert "no redesign:" not in shown(told)


def test_a_price_beside_two_times_has_a_note_that_they_differ_by_noise():
    note = "us instead each from a centre of its own over the passes: their difference may miss the price by"
    assert note in flat(result())
    assert note not in flat(result(parts=(RELU, PLAIN)))  # none has another operator


def test_the_two_prices_of_g4_are_explained_if_they_are_there():
    told = flat(result())
    assert "what keeping G4 saves is all the time of its operators, as if they were gone: a bound" in told
    in_place = (
        "G4 taken out in place: all operators run one after the other as in the network, with and without"
    )
    assert in_place in told
    lost = flat(result(shares={name: share for name, share in SHARES.items() if name != WITHOUT_G4}))
    assert "what keeping G4 saves" in lost
    assert in_place not in lost
    without = {name: share for name, share in SHARES.items() if name not in (WITHOUT_G4, "part-3")}
    assert "keeping G4" not in flat(result(parts=(GROUPED, NARROW, PLAIN), shares=without))


def test_one_that_is_not_shown_is_in_the_singular():
    told = flat(result(), top=2)
    assert "1 more part that breaks a guideline, 20 % of the time: --top 3 shows it, and" in told


def test_others_are_counted():
    told = flat(result(), top=1)
    assert "2 more parts that break a guideline, 50 % of the time: --top 3 shows them" in told
    assert "layer1.0.conv2 + 2 more conv" not in told


def test_dear_parts_that_break_no_guideline_have_a_table_of_their_own():
    assert cells(section("Parts that break none").grid) == [
        ["stem.conv", "1", "conv 3x3 64->64, 56x56", "2000", "20.0 ±0.5"]
    ]
    titles = [each.title for each in document([result(shares=SHARES | {"part-4": 0.01})], 9).sections]
    assert "Parts that break none, and take time" not in titles


def test_parts_without_a_time_or_a_price_are_named():
    shares = {name: share for name, share in SHARES.items() if name != "part-2.alternative"}
    told = flat(result(shares=shares))
    assert "Parts that were not measured fft (fft 3x224x224): it cannot run alone" in told
    assert "1 part could not be measured" in told
    rest = cells(section("Where the time goes").grid)[-2][0]
    assert rest == "between operators: Python, dispatch, views; 1 part not measured"
    unpriced = "alternative was not measured layer1.0.conv1 (conv 1x1 16->96, 112x112), G1: 20.0 ±0.5 % of"
    assert unpriced in told


def test_parts_that_do_not_make_the_whole_are_told():
    whole = "the parts make the whole: timed alone, together 90.0 ±1.1 % of the network's time; run one after"
    assert whole in flat(result())
    less = flat(result(shares=SHARES | {"part-1": 0.01}))
    assert "the parts do not make the whole: timed alone, together 63" in less
    assert "operators are faster alone than in the network" in less
    python = flat(result(shares=SHARES | {"part-1": 0.01, REPLAYED: 0.7}))
    assert "the rest is spent between operators, in Python and dispatch" in python
    more = flat(result(shares=SHARES | {"part-4": 0.9}))
    assert "operators take longer alone than in the network" in more
    assert "shares and prices are scaled by 0.59 to fit" in more
    overlap = cells(section("Where", shares=SHARES | {"part-4": 0.9, REPLAYED: 1.6}).grid)[-2]
    assert overlap[0].startswith("overlap: operators take longer apart than in the network")
    assert overlap[2].startswith("-60")


def test_a_network_of_which_nothing_can_run_alone():
    told = result(shares={WHOLE: 1.0})
    assert "none of its operators was measured alone" in shown(told)
    assert "net takes 10 ms; none of its operators breaks a guideline" in shown(told)
    assert [line.share.estimate for line in audit_shares.lines(told)] == [1.0]


def test_what_disturbed_the_run_is_told_with_a_remedy():
    told = flat(result(disturbed=(2,)))
    assert "the run was disturbed: pass 2: a hog; end other programs (`guidelines doctor` names them)" in told


def test_figures_about_launches_are_told_as_such():
    measured = audit_run()
    network, *others = measured.entries
    waiting = [
        replace(each, circumstances=Circumstances(launch_s=2e-3, device_s=1e-3)) for each in network.passes
    ]
    run = replace(measured, entries=(replace(network, passes=tuple(waiting)), *others))
    told = fitted(audit_result(run))
    assert "launches decide: " in flat(told)
    assert "nor do shares and prices; --mode cudagraph or a larger --input would show the device" in flat(
        told
    )
    graphed = replace(told, condition=replace(told.condition, mode="cudagraph"))
    assert "nor do shares and prices; a larger --input would show the device" in flat(graphed)
    assert (of_audits([told])[0]["network_launch_bound"], facts([told])[0]["network_launch_bound"]) == (
        1,
        True,
    )
    assert "launches decide" not in flat(result())


def test_one_process_gives_no_intervals():
    told = flat(result(passes=1))
    assert "one process: the interval does not cover other runs; --passes 5 would" in told
    assert "operators that break G2 take ~30 % of it" in told


def test_the_machine_and_the_condition_have_a_line():
    told = shown(result(source="a.json")).splitlines()
    assert "a.json: a processor, host here, torch 2.13.0" in told
    assert "input 1x3x224x224, float32, nchw, eager, threads 1; 30 rounds in 3 passes" in told
    assert "a processor, host here, torch 2.13.0" in shown(result()).splitlines()


def test_weights_are_told_if_they_were_kept():
    kept = result(keeps_state=True)
    assert "nchw, eager, threads 1, weights: its own (--state); 30 rounds in 3 passes" in flat(kept)
    assert "weights:" not in shown(result())
    assert (of_audits([kept])[0]["keeps_state"], facts([kept])[0]["keeps_state"]) == (1, True)


def test_several_audits_follow_one_another():
    both = document([result(), result(target="other")], 15)
    assert both.title == "Audit of net, other"
    titles = [each.title for each in both.sections]
    assert titles[0] == "net: where the time goes"
    assert "other: where the time goes" in titles
    assert [bar.title for bar in both.shares] == ["net", "other"]


def test_records_hold_all_parts():
    records = of_audits([result()])
    assert [record["layer"] for record in records] == [
        "layer1.0.relu",
        "layer1.0.conv2",
        "layer1.0.conv1",
        "stem.conv",
        "fft",
    ]
    grouped = records[1]
    assert grouped["calls"] == 3
    assert grouped["share"] == pytest.approx(0.3, rel=0.01)
    assert grouped["price"] == pytest.approx(0.18, rel=0.01)
    assert grouped["alternative_seconds_per_call"] == pytest.approx(4e-3 / 10, rel=0.01)
    assert (grouped["remedy"], grouped["machine"], grouped["dtype"]) == ("in nhwc", "", "float32")
    assert records[-1]["failure"] == "it cannot run alone"
    assert records[0]["price"] == records[0]["share"]
    assert records[3]["price"] is None


def test_facts_hold_the_sums():
    (known,) = facts([result()])
    assert known["network_seconds"] == pytest.approx(0.01)
    assert known["without_g4_saves"] == pytest.approx(0.19, rel=0.02)
    assert [each["guideline"] for each in known["guidelines"]] == ["G1", "G2", "G4", None]


def test_a_rule_that_needs_two_lines_is_indented_on_both():
    norm = of_rule(7, FOLDABLE)
    told = result(parts=(GROUPED, RELU, norm), shares=SHARES | {"part-7": 0.02}, passes=3)
    lines = shown(told, width=70).replace("\u00a0", " ").splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("  normalisation that"))
    assert lines[at + 1].startswith("  ")
