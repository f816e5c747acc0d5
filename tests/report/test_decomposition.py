import pytest

from guidelines.networks.cost.classes import (
    CONVOLUTION,
    DEPTHWISE,
    OTHER,
    UNCLASSIFIED,
    Decomposition,
    Operator,
)
from guidelines.report.formats.text import render
from guidelines.report.subjects.decomposition import document, records
from guidelines.spec.condition import Condition
from guidelines.spec.inputs import Input
from guidelines.stats.intervals import Exactly

IMAGE = (Input((1, 3, 224, 224)),)
SECONDS = {
    Operator(CONVOLUTION, "aten::conv2d"): 0.006,
    Operator(DEPTHWISE, "aten::conv2d"): 0.002,
    Operator(OTHER, "aten::max_pool2d"): 0.001,
    Operator(UNCLASSIFIED, "aten::scaled_dot_product_attention_of_a_long_name"): 0.001,
}


def decomposition(seconds, device="cpu"):
    condition = Condition(device, "AMD EPYC 7B13 64-Core Processor", image_size=224)
    return Decomposition(condition, (seconds,) * 12, Exactly(1.25, 12)(0.95))


def rows(text):
    """The cells of each row by its name; two spaces or more part them."""
    lines = (line.strip().replace("   ", "  ").split("  ") for line in text.splitlines())
    cells = ([cell.strip() for cell in line if cell.strip()] for line in lines)
    return {name: others for name, *others in filter(None, cells)}


def test_shares_stand_beside_those_of_the_paper():
    found = rows(render(document("shufflenet_v1_x1_0_g3", IMAGE, decomposition(SECONDS)), 80))
    assert found["convolution"] == ["60.0 %", "60.0 %", "60.0 %", "Conv 87 %"]
    assert found["depthwise convolution"] == ["20.0 %", "20.0 %", "20.0 %", "-"]
    assert found["shuffle"][-1] == "Shuffle 0 %"
    assert found["all operators"] == ["100.0 %", "100.0 %", "100.0 %", "100 %"]


def test_the_papers_column_is_that_of_the_device():
    assert "Conv 54 %" in render(document("mobilenet_v2_x1_0", IMAGE, decomposition(SECONDS, "cuda:0")), 80)
    text = render(document("mobilenet_v2_x1_0", IMAGE, decomposition(SECONDS)), 80)
    assert "Conv 89 %" in text
    assert rows(text)["shuffle"][-1] == "-"


def test_a_network_that_the_paper_does_not_show_stands_alone():
    text = render(document("resnet50", IMAGE, decomposition(SECONDS)), 80)
    assert rows(text)["convolution"] == ["60.0 %", "60.0 %", "60.0 %"]
    assert "paper" not in text.lower()


def test_what_is_other_or_in_no_class_is_shown_by_operator():
    text = render(document("resnet50", IMAGE, decomposition(SECONDS)), 80)
    found = rows(text[text.index("Operators of other") :])
    assert found["aten::max_pool2d"][0] == "10.0 %"
    assert found["aten::scaled_dot_product_attention_of_a_long_name"][0] == "10.0 %"
    assert "aten::conv2d" not in found


def test_nothing_is_spelled_out_where_all_operators_are_in_telling_classes():
    seconds = {Operator(CONVOLUTION, "aten::conv2d"): 0.006}
    assert "Operators of" not in render(document("resnet50", IMAGE, decomposition(seconds)), 80)


def test_what_the_profiler_costs_is_said():
    text = render(document("resnet50", IMAGE, decomposition(SECONDS)), 80)
    assert "1.25" in text
    assert "12 calls;" in text
    assert "10 ms" in text


def test_records_hold_every_operator_once():
    found = records("resnet50", IMAGE, decomposition(SECONDS))
    assert {(record["class"], record["operator"]): record["seconds"] for record in found} == SECONDS
    assert len(found) == len(SECONDS)
    assert sum(record["share"] for record in found) == pytest.approx(1)
    assert (found[0]["target"], found[0]["input"], found[0]["layout"]) == ("resnet50", "1x3x224x224", "nchw")


@pytest.mark.parametrize("network", ["shufflenet_v1_x1_0_g3", "mobilenet_v2_x1_0", "resnet50"])
def test_the_text_fits_80_columns(network):
    text = render(document(network, IMAGE, decomposition(SECONDS)), 80)
    assert max(map(len, text.splitlines())) <= 80
