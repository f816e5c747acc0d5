import json
from dataclasses import replace

import pytest

from guidelines.results.schema import ResultsError, parse_entry, to_benchmark
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor")
CUDA = Condition("cuda:0", "a card")


@pytest.fixture
def saved_under(entry):
    """The saved form of an entry under a condition."""

    def save(condition):
        return json.loads(json.dumps(to_benchmark(entry("g=8", 2.0, condition=condition))))

    return save


def condition_in(benchmark):
    return benchmark["extra_info"]["guidelines"]["condition"]


@pytest.mark.parametrize(
    "condition",
    [CPU, CUDA, replace(CUDA, cudnn="autotune"), replace(CUDA, batch_size=64, is_auto_batch=True)],
)
def test_a_condition_is_read_as_it_was_saved(saved_under, condition):
    benchmark = saved_under(condition)
    assert condition_in(benchmark)["cudnn"] == condition.cudnn
    assert condition_in(benchmark)["is_auto_batch"] is condition.is_auto_batch
    assert parse_entry(benchmark).place.condition == condition


@pytest.mark.parametrize(
    ("condition", "cudnn"),
    [(CPU, "heuristic"), (CUDA, "autotune"), (replace(CUDA, device="cuda:3"), "autotune")],
)
def test_an_older_file_autotuned_on_cuda_and_had_one_batch_for_a_table(saved_under, condition, cudnn):
    benchmark = saved_under(condition)
    for name in ("cudnn", "is_auto_batch"):
        del condition_in(benchmark)[name]
    assert parse_entry(benchmark).place.condition == replace(condition, cudnn=cudnn)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("cudnn", 3, "condition.cudnn must be text, got 3"),
        ("cudnn", None, "condition.cudnn must be text, got None"),
        ("is_auto_batch", 1, "condition.is_auto_batch must be true or false, got 1"),
        ("is_auto_batch", "yes", "condition.is_auto_batch must be true or false, got 'yes'"),
        ("batch_size", 0, "condition.batch_size must be a whole number above 0, got 0"),
        ("device", None, "condition.device must be text, got None"),
    ],
)
def test_a_broken_value_is_named(saved_under, name, value, message):
    benchmark = saved_under(CUDA)
    condition_in(benchmark)[name] = value
    with pytest.raises(ResultsError, match=message):
        parse_entry(benchmark)


def test_a_condition_without_a_device_is_named(saved_under):
    benchmark = saved_under(CUDA)
    for name in ("device", "cudnn"):
        del condition_in(benchmark)[name]
    with pytest.raises(ResultsError, match="lacks 'device'"):
        parse_entry(benchmark)
