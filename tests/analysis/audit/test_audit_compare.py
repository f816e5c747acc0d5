from dataclasses import replace
from math import inf

import pytest
from made_up_audits import CPU, audit, operator
from made_up_parts import IN_PLACE, audit_run

from guidelines.analysis.audit.compare import audit_change
from guidelines.analysis.audit.gate import audit_gate
from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.triggers import triggers
from guidelines.results.model import Circumstances


def grouped(us, layers="conv1 conv2"):
    return operator(layers, us, "G2", operator="conv 3x3 64->64, 8 groups")


def relu(us, layers="relu1"):
    return operator(layers, us, "G4", operator="relu", kind="element-wise")


def whole(us, layers="fc"):
    return operator(layers, us, operator="conv 1x1")


def changed(of_a, of_b, a_us=1000, b_us=1000, **changes):
    return audit_change(audit(a_us, *of_a, **changes), audit(b_us, *of_b, **changes))


def by_layer(compared):
    return {each.layers[0]: each for each in compared.layers}


def by_guideline(compared):
    return {each.guideline: each for each in compared.guidelines}


def near(value):
    return pytest.approx(value, rel=2e-3)


def test_the_networks_time_is_a_ratio_with_an_interval():
    compared = changed([whole(500)], [whole(400)], b_us=820)
    assert compared.ratio.estimate == near(0.82)
    assert compared.ratio.low < 0.82 < compared.ratio.high
    assert compared.pace == "FASTER"
    assert changed([whole(5)], [whole(5)], b_us=1200).pace == "SLOWER"


def test_one_pass_has_no_interval_so_that_nothing_is_decided():
    compared = changed([whole(500)], [whole(400)], b_us=820, passes=1)
    assert compared.ratio.low is None
    assert (compared.pace, compared.most_changed) == ("UNCLEAR", None)


def test_a_guideline_has_its_shares_its_times_and_its_change():
    compared = changed([grouped(150), relu(100)], [grouped(50), relu(100)], b_us=800)
    g2 = by_guideline(compared)["G2"]
    assert (g2.share_a.estimate, g2.share_b.estimate) == (near(0.3), near(0.125))
    assert (g2.a_s.estimate, g2.b_s.estimate) == (near(300e-6), near(100e-6))
    assert (g2.ratio.estimate, g2.change.estimate) == (near(1 / 3), near(-0.2))
    assert g2.change.low < -0.2 < g2.change.high < 0
    assert compared.most_changed == g2


def test_a_guideline_that_one_side_breaks_alone_comes_or_goes_with_all_its_time():
    compared = changed([grouped(150)], [whole(100, "conv1 conv2"), relu(50)])
    g2, g4 = by_guideline(compared)["G2"], by_guideline(compared)["G4"]
    assert (g2.share_b, g2.ratio, g2.change.estimate) == (None, None, near(-0.3))
    assert (g4.share_a, g4.ratio, g4.change.estimate) == (None, None, near(0.05))
    assert g2.change.low < g2.change.estimate < g2.change.high < 0


def test_layers_come_with_the_largest_change_first():
    compared = changed([grouped(150), relu(100), whole(50)], [grouped(140), relu(160), whole(51)])
    assert [each.layers for each in compared.layers] == [("relu1",), ("conv1", "conv2"), ("fc",)]
    assert [each.change.estimate for each in compared.layers] == [near(0.06), near(-0.02), near(0.001)]


def test_changes_of_layers_add_up_to_the_networks():
    compared = changed([grouped(300), relu(100), whole(300)], [grouped(200), relu(150), whole(310)], b_us=860)
    total = sum(each.change.estimate for each in compared.layers)
    assert total == pytest.approx(compared.network.change.estimate, abs=2e-3)
    assert total == pytest.approx(compared.operators.change.estimate, abs=2e-3)


def test_a_layer_of_another_operator_is_compared_with_itself():
    (layer,) = changed([grouped(150)], [whole(100, "conv1 conv2")]).layers
    assert (layer.part_a.guideline, layer.part_b.guideline) == ("G2", "")
    assert (layer.a_s.estimate, layer.b_s.estimate) == (near(300e-6), near(200e-6))
    assert (layer.ratio.estimate, layer.change.estimate) == (near(2 / 3), near(-0.1))


def test_layers_of_one_side_are_new_or_gone():
    layers = by_layer(changed([grouped(150), whole(50)], [grouped(150), relu(30, "new1 new2")]))
    assert (layers["fc"].lacks, layers["fc"].change.estimate) == ("gone", near(-0.05))
    assert (layers["new1"].lacks, layers["new1"].change.estimate) == ("new", near(0.06))
    assert layers["conv1"].lacks == ""


def test_a_part_that_is_split_keeps_the_time_of_its_calls():
    layers = by_layer(changed([grouped(100, "a b c")], [grouped(100, "a"), whole(10, "b c")]))
    assert (layers["a"].a_s.estimate, layers["a"].change.estimate) == (
        near(100e-6),
        pytest.approx(0, abs=1e-3),
    )
    assert (layers["b"].a_s.estimate, layers["b"].change.estimate) == (near(200e-6), near(-0.18))


def test_a_layer_that_was_measured_on_one_side_has_not_changed():
    compared = changed([grouped(150), relu(100)], [grouped(None), relu(50)], b_us=900)
    layers = by_layer(compared)
    conv = layers["conv1"]
    assert (conv.lacks, conv.ratio, conv.change) == ("not measured on B", None, None)
    assert compared.uneven == (conv,)
    assert compared.most_changed.guideline == "G4"
    backwards = by_layer(audit_change(compared.b, compared.a))["conv1"]
    assert (backwards.lacks, backwards.change) == ("not measured on A", None)
    neither = by_layer(audit_change(compared.b, compared.b))["conv1"]
    assert (neither.lacks, neither.change) == ("not measured", None)


def test_an_audit_compared_with_itself_has_not_changed():
    one = audit(1000, grouped(150), relu(100))
    compared = audit_change(one, one)
    assert compared.is_same_run
    assert (compared.pace, compared.judged(0.03).reason) == ("SAME", "identical")
    everything = (*compared.guidelines, *compared.layers, compared.network, compared.operators)
    assert {(each.ratio.estimate, each.change.estimate) for each in everything} == {(1.0, 0.0)}


def test_an_audit_without_operators_has_no_sum():
    compared = changed([whole(None)], [whole(50)])
    assert compared.operators is None
    assert compared.network.ratio.estimate == near(1)


@pytest.mark.parametrize(
    ("b_us", "words", "passed"),
    [
        (1200, "slower:5%", False),
        (1200, "slower:30%", True),
        (1200, "faster", True),
        (800, "faster:5%", False),
        (800, "slower,faster:50%", True),
        (1200, "unclear", True),
    ],
)
def test_the_gate_is_about_the_networks_time(b_us, words, passed):
    gate = audit_gate(changed([whole(500)], [whole(400)], b_us=b_us), triggers(words))
    assert gate.passed == passed


def test_the_gate_says_what_is_not_decided():
    compared = changed([whole(500)], [whole(400)], b_us=1050, spread=0.2)
    (slower,) = audit_gate(compared, triggers("slower:5%")).checks
    assert (slower.is_tripped, slower.is_undecided) == (False, True)
    assert slower.reach == pytest.approx(compared.ratio.high - 1)
    assert not audit_gate(compared, triggers("slower:5%,unclear")).passed
    assert audit_gate(compared, triggers("slower:5%,unclear:1000%")).passed


def test_the_gate_refuses_other_words():
    compared = changed([whole(500)], [whole(400)])
    with pytest.raises(ValueError, match=r"^stronger: .* possible are faster, slower, unclear$"):
        audit_gate(compared, triggers("slower,stronger"))


def test_networks_with_other_inputs_are_not_gated():
    a, b = audit(1000, whole(500)), audit(900, whole(400), inputs="8x3x224x224")
    gate = audit_gate(audit_change(a, b), triggers("slower"))
    assert gate.compares_nothing
    assert not gate.passed


def test_audits_of_two_devices_are_compared():
    other = replace(CPU, device="cuda:0", device_name="a GPU")
    compared = audit_change(audit(1000, relu(100)), audit(100, relu(2), condition=other))
    assert compared.is_same_input
    assert by_layer(compared)["relu1"].ratio.estimate == near(0.02)


def disturbed(result, passes):
    """An audit of five passes, so many of which were disturbed."""
    (network,) = result.network.measured
    told = [Circumstances(disturbed=("a hog",) if number < passes else ()) for number in range(5)]
    network = replace(network, circumstances=tuple(told))
    return replace(result, network=replace(result.network, measured=(network,)))


def test_an_audit_that_was_disturbed_tells_of_no_change():
    a, b = audit(1000, whole(500)), audit(1290, whole(640))
    for sides in ((disturbed(a, 2), b), (a, disturbed(b, 5))):
        compared = audit_change(*sides)
        assert (compared.pace, compared.judged(0.03).reason) == (
            "UNCLEAR",
            "disturbed: measure again on a quiet machine",
        )
        (slower,) = audit_gate(compared, triggers("slower:5%")).checks
        assert (slower.is_tripped, slower.is_undecided, slower.reach) == (False, True, inf)
        assert not audit_gate(compared, triggers("slower:5%,unclear")).passed
    assert audit_change(disturbed(a, 1), disturbed(b, 1)).pace == "SLOWER"
    assert audit_change(disturbed(a, 5), disturbed(a, 5)).pace == "SAME"


def test_operators_are_compared_as_timed_alone_if_one_side_was_not_timed_in_place():
    in_place, alone = (audit_result(audit_run(in_place=shares)) for shares in (IN_PLACE, None))
    for compared in (audit_change(in_place, alone), audit_change(alone, in_place)):
        assert compared.are_unlike
        assert (compared.a.parts, compared.b.parts) == (alone.parts, alone.parts)
        for each in (*compared.guidelines, *compared.layers):
            assert each.change is None or each.change.estimate == pytest.approx(0)
    both = audit_change(in_place, in_place)
    assert not both.are_unlike
    assert both.a.in_place
