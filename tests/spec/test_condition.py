from dataclasses import replace

import pytest

from guidelines.spec.condition import CHANNEL_RULES, CUDNN, DTYPES, Condition

CPU = Condition("cpu", "a processor")


def test_the_id_of_the_papers_condition_is_the_device_alone():
    assert CPU.id == "cpu"
    assert replace(CPU, device="cuda:1").id == "cuda:1"


def test_the_id_names_whatever_departs_from_the_paper():
    condition = Condition("cpu", "", "float16", "nhwc", "compile", 8, 28, 2, "exact")
    assert condition.id == "cpu-float16-nhwc-compile-b8-28px-t2-exact"


def test_the_platform_decides_the_papers_columns():
    assert CPU.device.paper_platform == "arm"
    assert replace(CPU, device="cuda:0").device.paper_platform == "gpu"


def test_an_automatic_batch_is_in_the_id_before_and_after_it_is_known():
    open_batch = replace(CPU, batch_size=0, is_auto_batch=True)
    assert open_batch.id == "cpu-bauto"
    assert replace(open_batch, batch_size=64).id == replace(open_batch, batch_size=1).id == "cpu-bauto"


def test_conditions_of_one_table_differ_in_an_automatic_batch_alone():
    chosen = [replace(CPU, batch_size=batch_size, is_auto_batch=True) for batch_size in (16, 64)]
    assert len({condition.shared for condition in chosen}) == 1
    assert chosen[0].shared.batch_size == 0
    assert replace(CPU, batch_size=16).shared == replace(CPU, batch_size=16)


def test_the_autotuner_is_in_the_id_and_the_heuristic_is_not():
    cuda = replace(CPU, device="cuda:0")
    assert (cuda.id, cuda.cudnn) == ("cuda:0", "heuristic")
    assert replace(cuda, mode="cudagraph", cudnn="autotune").id == "cuda:0-cudagraph-autotune"


def test_texts_are_what_a_table_shares():
    cuda = Condition("cuda:0", "a card", batch_size=64, is_auto_batch=True, cudnn="autotune")
    assert cuda.texts == {
        "device": "cuda:0",
        "dtype": "float32",
        "layout": "nchw",
        "mode": "eager",
        "batch_size": "auto",
        "image_size": "56",
        "threads": "1",
        "cudnn_choice": "autotune",
        "widths": "published",
    }


def test_cudnn_has_no_meaning_on_a_cpu():
    assert CPU.texts["cudnn_choice"] == ""
    assert CPU.texts.keys() == replace(CPU, device="cuda:0").texts.keys()


def test_every_way_in_which_cudnn_can_choose_is_described():
    assert list(CUDNN) == ["heuristic", "autotune"]
    assert Condition.cudnn in CUDNN
    assert all(choice.description for choice in CUDNN.values())


@pytest.mark.parametrize(
    ("dtype", "rules"),
    [("float32", ("paper",)), ("float16", ("paper", "exact")), ("bfloat16", ("paper", "exact"))],
)
def test_types_of_matrix_units_are_measured_at_both_kinds_of_widths(dtype, rules):
    assert DTYPES[dtype].channel_rules == rules
    assert DTYPES[dtype].item_bytes * DTYPES[dtype].aligned_channels == (16 if len(rules) > 1 else 4)


def test_widths_are_named_by_a_word_of_reports():
    named = {rule: replace(CPU, channel_rule=rule).texts["widths"] for rule in (*CHANNEL_RULES, "other")}
    assert named == {"paper": "published", "exact": "aligned", "other": "other"}
