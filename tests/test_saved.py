import contextlib
import json

import pytest

from guidelines.report.table import tables
from guidelines.report.text import render
from guidelines.results import Failure, gather
from guidelines.saved import ResultsError, load, parse, to_extra_info, to_failed


def saved(entries, failures=(), data=True):
    """A file as pytest-benchmark writes it."""
    return {
        "benchmarks": [
            {
                "name": f"test_g2[cpu-x1-{entry.place.variant}]",
                "extra_info": {"guidelines": to_extra_info(entry)},
                "stats": {"median": entry.median_s, **({"data": list(entry.samples_s)} if data else {})},
            }
            for entry in entries
        ],
        "guidelines": {"schema": 1, "failed": [to_failed(failure) for failure in failures]},
    }


@pytest.fixture
def failure(entry):
    return Failure(entry("g=2", 1.0).place, (90,), 7, 8, "RuntimeError: out of memory")


def test_what_is_saved_is_what_is_read(entry, failure):
    entries = [entry("g=1", 1.0, control_samples_s=(0.01, 0.02)), entry("g=8", 2.0, control=None)]
    content = json.loads(json.dumps(saved(entries, [failure]), allow_nan=False))
    assert parse(content) == gather(entries, [failure])


def test_the_saved_form_stands_under_one_key_with_a_schema(entry):
    info = to_extra_info(entry("g=8", 2.0))
    assert info["schema"] == 1
    assert (info["guideline"], info["sweep"], info["variant"], info["baseline"]) == ("G2", "x1", "g=8", "g=1")
    assert info["condition"]["device"] == "cpu"
    assert info["slowdown"] == {"estimate": 2.0, "low": 1.98, "high": 2.02, "confidence": 0.99, "rounds": 40}
    assert not {"samples_s", "median_s", "place"} & info.keys()


def test_ratios_are_computed_anew_from_saved_samples(entry):
    run = parse(saved([entry("g=1", 1.0), entry("g=8", 2.0)]))
    narrow, wide = (run.entries[1].slowdown_at(confidence) for confidence in (0.8, 0.99))
    assert narrow.estimate == pytest.approx(2.0, rel=0.01)
    assert wide.half_width > narrow.half_width > 0


def test_a_lone_variant_carries_its_baselines_samples(entry):
    alone = entry("g=8", 2.0, baseline_samples_s=entry("g=1", 1.0).samples_s)
    assert parse(saved([alone])).entries[0].slowdown_at(0.9).estimate == pytest.approx(2.0, rel=0.01)


def test_without_samples_the_saved_interval_serves(entry):
    run = parse(saved([entry("g=1", 1.0), entry("g=8", 2.0)], data=False))
    found = run.entries[1].slowdown_at(0.99)
    assert (found.estimate, found.low, found.high) == pytest.approx((2.0, 1.98, 2.02))
    assert run.entries[1].time_s(0.99).half_width is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b'{"benchmarks": [', "is not valid JSON"),
        (b"hello", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b'{"benchmarks": [NaN]}', "NaN is not strict JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[]", "is not a pytest-benchmark file"),
        (b'{"benchmarks": {}}', "is not a pytest-benchmark file"),
        (b'{"benchmarks": []}', "holds no results"),
        (b'{"benchmarks": [7]}', "1 of 1 benchmarks are not of this suite, '?' first"),
    ],
)
def test_files_that_are_no_results_are_refused_by_name_and_reason(tmp_path, content, message):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(ResultsError) as refused:
        load(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(ResultsError, match="cannot be read"):
        load(tmp_path / name)


def test_a_mixed_file_is_refused(entry):
    content = saved([entry("g=1", 1.0)])
    content["benchmarks"].append({"name": "test_sort", "extra_info": {}, "stats": {}})
    with pytest.raises(ResultsError, match="1 of 2 benchmarks are not of this suite, 'test_sort' first"):
        parse(content)


def test_a_newer_schema_is_refused(entry):
    content = saved([entry("g=1", 1.0)])
    content["benchmarks"][0]["extra_info"]["guidelines"]["schema"] = 2
    with pytest.raises(ResultsError, match="has schema 2; this version of the suite reads 1"):
        parse(content)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("slowdown", "low"), -1, r"slowdown\.low must be a positive number, got -1"),
        (("slowdown", "estimate"), None, r"slowdown\.estimate must be a positive number, got None"),
        (("slowdown", "confidence"), 1, "no estimate within an interval"),
        (("slowdown", "low"), 1.5, "no estimate within an interval"),
        (("condition", "threads"), "one", r"condition\.threads must be a whole number above 0, got 'one'"),
        (("condition", "batch_size"), 0, r"condition\.batch_size must be a whole number above 0, got 0"),
        (("condition", "dtype"), 3, r"condition\.dtype must be text, got 3"),
        (("multiply_adds",), 10**400, "multiply_adds must be a whole number"),
        (("work_ratio",), 5e-324, "work_ratio must be a positive number"),
        (("condition",), None, "NoneType"),
        (("expect",), "later", "expect is 'later'"),
        (("channels",), [None], "channels must be a whole number"),
        (("paper",), {"x": 1}, "unexpected keyword"),
    ],
)
def test_a_bad_field_is_named_with_its_entry(entry, path, value, message):
    content = saved([entry("g=1", 1.0)])
    target = content["benchmarks"][0]["extra_info"]["guidelines"]
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ResultsError, match=rf"^test_g2\[cpu-x1-g=1\]: .*{message}"):
        parse(content)


def test_a_missing_field_is_named(entry):
    content = saved([entry("g=1", 1.0)])
    del content["benchmarks"][0]["extra_info"]["guidelines"]["work_ratio"]
    with pytest.raises(ResultsError, match="lacks 'work_ratio'"):
        parse(content)


def test_a_file_of_failures_alone_is_read(failure):
    assert parse(saved([], [failure])).failures == (failure,)


def test_a_failed_list_that_is_none_is_refused(entry):
    content = saved([entry("g=1", 1.0)])
    content["guidelines"]["failed"] = 7
    with pytest.raises(ResultsError, match="its key 'guidelines' holds no list 'failed'"):
        parse(content)


def test_rounds_that_cannot_be_paired_are_refused(entry):
    content = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    content["benchmarks"][1]["stats"]["data"].pop()
    with pytest.raises(ResultsError, match="G2 x1 g=8: its rounds are not its baseline's"):
        parse(content)


def leaves(value, path=()):
    """Paths to every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from leaves(inner, (*path, key))


def test_no_mutated_value_ends_in_a_traceback(entry, failure):
    entries = [entry("g=1", 1.0, rounds=12), entry("g=8", 2.0, rounds=12)]
    text = json.dumps(saved(entries, [failure]))
    for path in list(leaves(json.loads(text))):
        for value in (None, True, 0, -1, 2.5, 1e-320, 10**400, "nan", "x", [], {}, [None]):
            content = json.loads(text)
            target = content
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = value
            with contextlib.suppress(ResultsError):
                render(tables(parse(content)), 80)
