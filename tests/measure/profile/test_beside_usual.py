from dataclasses import replace

import pytest

from guidelines.measure.profile.at_best import SLOW, at_best
from guidelines.results.ceilings import COPY, Ceilings, Rate, key_of
from guidelines.results.usual_ceilings import Range, usual
from guidelines.spec.condition import Condition

H200 = Condition("cuda:0", "NVIDIA H200", dtype="float16")
HEALTHY = Ceilings(
    key_of(H200),
    traffic={COPY: (Rate(2**20, 7e11), Rate(2**25, 5.6e12), Rate(2**28, 4.2e12))},
    multiply_adds_per_s={"matrix product": 3.86e14, "1x1 convolution": 2.85e14},
    launch_s={"eager": {"convolution": 2e-5, "element-wise": 6.5e-6}, "cudagraph": {"element-wise": 1e-6}},
)


def findings(ceilings, condition=H200):
    return list(at_best(condition, lambda condition, budget_s: ceilings))


def test_a_healthy_device_lies_beside_what_is_usual():
    found = findings(HEALTHY)
    assert [(each.check, each.figure) for each in found] == [
        ("copies (cuda:0)", "4.2 TB/s in memory (usual: 2.88 to 4.8), 5.6 in 32 MiB"),
        ("mult-adds (cuda:0)", "386 T/s in float16 (usual: 198 to 494)"),
        ("launches (cuda:0)", "6.5 us an operator (usual: 2 to 15), convolution 20"),
    ]
    assert {each.remedy for each in found} == {""}


@pytest.mark.parametrize(
    "sick",
    [
        {"traffic": {COPY: (Rate(2**28, 1.1e12),)}},
        {"multiply_adds_per_s": {"matrix product": 1e14}},
        {"launch_s": {"eager": {"convolution": 9e-5, "element-wise": 5e-5}}},
    ],
    ids=lambda sick: next(iter(sick)),
)
def test_a_sick_device_shows(sick):
    assert [each.remedy for each in findings(replace(HEALTHY, **sick))].count(SLOW) == 1


def test_what_cannot_be_measured_is_named_and_spoils_nothing():
    none = Ceilings(key_of(H200), missing=("rates of moving bytes: no memory",))
    (found,) = findings(none)
    assert (found.figure, found.remedy) == ("not measured: rates of moving bytes: no memory", "")


def test_rates_within_a_cache_are_not_said_to_be_of_memory():
    reason = "rates of moving bytes beyond 32 MiB: memory is short"
    slow = {COPY: (Rate(2**20, 7e11), Rate(2**25, 5.6e11))}
    found, *_, last = findings(replace(HEALTHY, traffic=slow, missing=(reason,)))
    assert (found.figure, found.remedy) == ("560 GB/s within a cache, 700 in 1 MiB", "")
    assert last.figure == f"not measured: {reason}"


def test_usual_figures_are_those_of_the_type_and_the_threads():
    cpu = Condition("cpu", "a processor")
    one = usual(key_of(cpu), "a processor", "AVX2")
    four = usual(key_of(replace(cpu, threads=4)), "a processor", "AVX2")
    assert one.multiply_adds_per_s == Range(15e9, 95e9)
    assert four.multiply_adds_per_s == Range(60e9, 380e9)
    assert four.memory_bytes_per_s is None
    assert usual(key_of(replace(cpu, dtype="bfloat16")), "a processor", "AVX2").multiply_adds_per_s is None
    assert usual(key_of(H200), "NVIDIA H200", "").multiply_adds_per_s.high == 4.94e14
    assert usual(key_of(H200), "NVIDIA B300", "").multiply_adds_per_s is None
    assert usual(key_of(H200), "NVIDIA H100 PCIe", "").memory_bytes_per_s.high == 2e12
    assert usual(key_of(H200), "NVIDIA L40", "").memory_bytes_per_s is None
    assert usual(key_of(H200), "Tesla V100-SXM2-16GB", "").memory_bytes_per_s.high == 9e11
