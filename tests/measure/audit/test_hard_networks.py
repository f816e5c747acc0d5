import random
from itertools import chain, repeat

import pytest

from guidelines.measure.audit.plan import plan

INPUTS = {
    "Block": ["1,10,32"],
    "Attention": ["1,10,32"],
    "TwoInputs": ["1,3,8,8", "1,4"],
    "Words": ["2,7:int64"],
    "Recurrent": ["1,5,16"],
    "Complex": ["2,16"],
    "Quantised": ["2,16"],
}
WHOLLY_TIMED = [
    *("Block", "Attention", "Plain", "Segmentation", "DataClass", "TwoInputs", "Words", "Recurrent"),
    *("Counting", "CountingInABuffer", "Dropping", "Noisy", "ByValues", "Spectral", "CustomFunction"),
    *("WithNumpy", "Complex", "Scripted", "Quantised"),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WHOLLY_TIMED)
def test_all_of_it_can_be_timed(failures, name):
    assert failures(name, *INPUTS.get(name, [])) == {}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["Block", "Segmentation", "Recurrent"])
def test_all_of_it_can_be_timed_in_types_of_two_bytes(failures, name, dtype):
    assert failures(name, *INPUTS.get(name, []), dtype=dtype) == {}


@pytest.mark.filterwarnings("ignore")
def test_operators_that_cannot_run_alone_are_named_and_the_rest_goes_on(failures):
    failed = failures("QuantisedImages")
    assert sorted(failed) == ["part-2", "part-3"]
    assert failed["part-2"].startswith("NotImplementedError: ")
    assert "\n" not in failed["part-3"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("WithoutTensor", "ValueError: its output, of type float, holds no tensor"),
        ("WithoutOutput", "ValueError: its output, of type NoneType, holds no tensor"),
    ],
)
def test_a_network_that_cannot_be_timed_says_why(failures, name, reason):
    failed = failures(name)
    assert list(failed) == ["network"]
    assert failed["network"].startswith(reason)


def test_a_network_of_random_paths_is_noticed(failures, monkeypatch):
    # It convolves once in the two calls that are recorded, and twice when it is to be timed.
    draws = chain([0.9, 0.9], repeat(0.1))
    monkeypatch.setattr(random, "random", lambda: next(draws))
    reason = failures("OtherPaths")["network"]
    assert reason == "ValueError: the module does 3072 multiply-adds, it declares 1536"


def test_operators_of_unknown_work_are_parts_that_break_nothing(audited, condition):
    parts = plan(audited("Spectral"), condition()).audit.parts
    assert [part.guideline for part in parts if part.operator.startswith("_fft_c2c")] == ["", ""]


def test_interpolation_breaks_nothing(audited, condition):
    parts = plan(audited("Segmentation"), condition()).audit.parts
    [interpolation] = [part for part in parts if part.operator.startswith("upsample")]
    assert (interpolation.guideline, interpolation.kind) == ("", "other")
