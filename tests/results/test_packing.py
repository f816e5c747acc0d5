import json

import pytest

from guidelines.results.packing import SWEEPS, packed, unpacked
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError


def benchmark(variant, passes, sweep="x1", **more):
    ours = {"guideline": "G1", "sweep": sweep, "condition": {"device": "cpu"}, "variant": variant, **more}
    return {"name": f"test[{variant}]", "extra_info": {"guidelines": {**ours, "passes": passes}}}


def of_pass(number, estimate, **circumstances):
    control = {"estimate": 1.01, "log_deviation": 0.002}
    slowdown = {"estimate": estimate, "log_deviation": 0.001}
    return {"number": number, "slowdown": slowdown, "control": control, "circumstances": circumstances}


BASE = benchmark("1:1", [of_pass(1, 1.0), of_pass(2, 1.0)])
ENTRIES = [
    [BASE],
    [BASE, benchmark("1:4", [of_pass(1, 1.5), of_pass(2, 1.4)], lost=["pass 3: died"])],
    [BASE, benchmark("1:4", [of_pass(1, 1.5, disturbed=["a hog"]), of_pass(2, 1.4)])],
    [BASE, benchmark("1:4", [of_pass(2, 1.4)]), benchmark("1:1", [of_pass(1, 1.0)], sweep="x2")],
    [benchmark("1:1", [{**of_pass(1, 1.0), "control": None}, of_pass(2, 1.0)]), BASE],
]


@pytest.mark.parametrize("benchmarks", ENTRIES)
def test_what_was_packed_is_unpacked_again(benchmarks):
    run = {"machine_info": {"system": "Linux"}, "guidelines": {"failed": []}, "benchmarks": benchmarks}
    assert unpacked(json.loads(json.dumps(packed(run)))) == run


def test_a_sweep_says_once_what_its_variants_share_and_lists_figures_by_pass():
    (sweep,) = packed({"benchmarks": ENTRIES[1]})["sweeps"]
    shared = sweep["shared"]["extra_info"]["guidelines"]
    assert shared["condition"] == {"device": "cpu"}
    assert shared["passes"]["control"] == {"estimate": [1.01, 1.01], "log_deviation": [0.002, 0.002]}
    (_, other) = [each["extra_info"]["guidelines"] for each in sweep["variants"]]
    assert other == {
        "variant": "1:4",
        "lost": ["pass 3: died"],
        "passes": {"slowdown": {"estimate": [1.5, 1.4]}},
    }


@pytest.mark.parametrize(
    ("sweeps", "reason"),
    [
        (5, "'int' object is not iterable"),
        ([{"variants": [{}]}], "lacks 'shared'"),
        ([{"shared": {}, "variants": [{}]}], "lacks 'extra_info'"),
        ([{"shared": {"a": 1}, "variants": [{"a": 2}]}], "'int' object is not a mapping"),
        ([{"shared": {"a": [0] * 2000}, "variants": [{}] * 2000}], "variants share more than 1000000 values"),
    ],
)
def test_a_packed_file_that_cannot_be_unpacked_is_an_error_in_one_line(sweeps, reason):
    with pytest.raises(ResultsError) as raised:
        parse({SWEEPS: sweeps})
    assert str(raised.value) == f"its key 'sweeps': {reason}"


def test_a_packed_run_is_read_as_a_saved_one(run, saved):
    content = saved(run.entries)
    for each in content["benchmarks"]:
        each["stats"].pop("data", None)
    assert parse(packed(content)) == parse(content)
