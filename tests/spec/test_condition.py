from dataclasses import replace

from guidelines.spec.condition import Condition

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
