import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from guidelines.analysis.measured import results_of
from guidelines.results.files import load
from guidelines.results.joining import linked
from guidelines.results.model import CONTROL_NAME, Circumstances
from guidelines.results.saved_file import parse
from guidelines.results.schema import KEY, SCHEMA, ResultsError, parse_entry, to_benchmark, to_extra_info
from guidelines.spec.work import Cost
from guidelines.stats.passes import OfPass, over_passes

SAVED = Path(__file__).parent / "saved"
RECORDED = Path(__file__).parents[2] / "experiments" / "recorded"
# A file of schema 1 that stands in the README.
OLD = [RECORDED / "cpu-epyc-2-cores-modes.json"]


def test_the_saved_form_stands_under_one_key_with_a_schema(entry):
    info = to_extra_info(entry("g=8", 2.0))
    assert info["schema"] == 3
    assert (info["guideline"], info["sweep"], info["variant"], info["baseline"]) == ("G2", "x1", "g=8", "g=1")
    assert info["condition"]["device"] == "cpu"
    assert info["slowdown"] == {"estimate": 2.0, "low": 1.98, "high": 2.02, "confidence": 0.99, "rounds": 40}
    assert not {"samples_s", "median_s", "identity", "place", "work"} & info.keys()


def test_how_a_sweep_is_judged_and_what_convolutions_access_are_saved(entry, saved, agreeing):
    how = {"per_multiply_add": True, "claims_every_row": True, "conv_memory_access": 7}
    entries = agreeing([entry("g=1", 1.0), entry("g=1", 1.0, sweep="x2", **how)])
    bare, full = (benchmark["extra_info"]["guidelines"] for benchmark in saved(entries)["benchmarks"])
    assert not how.keys() & bare.keys()
    assert how.items() <= full.items()
    assert parse(saved(entries)).entries == linked(entries, []).entries


def test_a_newer_schema_is_refused(entry, saved):
    content = saved([entry("g=1", 1.0)])
    content["benchmarks"][0]["extra_info"]["guidelines"]["schema"] = 4
    with pytest.raises(ResultsError, match="has schema 4, newer than 3, the newest that this version reads"):
        parse(content)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("slowdown", "low"), -1, r"slowdown\.low must be a positive number, got -1"),
        (("slowdown", "estimate"), None, r"slowdown\.estimate must be a positive number, got None"),
        (("slowdown", "confidence"), 1, r"confidence must be a number from 0\.5 to 0\.999999, got"),
        (("slowdown", "confidence"), 1 - 1e-16, r"confidence must be a number from 0\.5 to 0\.999999, got"),
        (("control", "confidence"), 1e-15, r"confidence must be a number from 0\.5 to 0\.999999, got"),
        (("slowdown", "low"), 1.5, "slowdown must be an estimate in its interval, got"),
        (("condition", "threads"), "one", r"condition\.threads must be a whole number above 0, got 'one'"),
        (("condition", "batch_size"), 0, r"condition\.batch_size must be a whole number above 0, got 0"),
        (("condition", "dtype"), 3, r"condition\.dtype must be text, got 3"),
        (("multiply_adds",), 10**400, "multiply_adds must be a whole number"),
        (("work_ratio",), 5e-324, "work_ratio must be a positive number"),
        (("condition",), None, "NoneType"),
        (("expect",), "later", "expect must be slower or faster, got 'later'"),
        (("widths",), [None], "widths must be a whole number"),
        (("paper",), {"x": 1}, "unexpected keyword"),
        (("schema",), "1", "schema must be a whole number"),
        (("schema",), 0, "schema must be a whole number above 0"),
    ],
)
def test_a_bad_field_is_named_with_its_entry(entry, path, value, message, saved):
    content = saved([entry("g=1", 1.0)])
    target = content["benchmarks"][0]["extra_info"]["guidelines"]
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ResultsError, match=rf"^test_g2\[cpu-x1-g=1\]: .*{message}"):
        parse(content)


def test_a_missing_field_is_named(entry, saved):
    content = saved([entry("g=1", 1.0)])
    del content["benchmarks"][0]["extra_info"]["guidelines"]["work_ratio"]
    with pytest.raises(ResultsError, match="lacks 'work_ratio'"):
        parse(content)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-0.01, r"stats\.data\[3\] must be a positive number, got -0\.01"),
        (0, r"stats\.data\[3\] must be a positive number, got 0"),
        (math.inf, r"stats\.data\[3\] must be a positive number, got inf"),
        (math.nan, r"stats\.data\[3\] must be a positive number, got nan"),
        (None, r"stats\.data\[3\] must be a positive number, got None"),
        (True, r"stats\.data\[3\] must be a positive number, got True"),
    ],
)
def test_a_sample_that_is_no_time_is_named_with_its_entry(entry, value, message, saved):
    content = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    content["benchmarks"][1]["stats"]["data"][3] = value
    with pytest.raises(ResultsError, match=rf"^test_g2\[cpu-x1-g=8\]: {message}$"):
        parse(content)


def test_an_empty_list_of_samples_is_refused(entry, saved):
    content = saved([entry("g=1", 1.0)])
    content["benchmarks"][0]["stats"]["data"] = []
    with pytest.raises(ResultsError, match=r"g=1\]: stats\.data must be a list of samples, got \[\]"):
        parse(content)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_files_of_every_schema_so_far_are_read(schema):
    run = load(SAVED / f"schema_{schema}.json", 10**7)
    assert {e.place.guideline for e in run.entries} == {"G1", "G2", "G3", "G4"}


def test_files_of_the_first_two_schemas_say_the_same_of_one_run():
    first, second = (load(SAVED / f"schema_{schema}.json", 10**7) for schema in (1, 2))
    assert replace(first, source="") == replace(second, source="")


@pytest.mark.parametrize("path", [*(SAVED / f"schema_{n}.json" for n in (1, 2)), *OLD])
def test_files_of_the_first_two_schemas_are_of_one_pass(path):
    run = load(path, 10**8)
    for entry in run.entries:
        (only,) = entry.passes
        assert (only.number, only.slowdown.estimate) == (1, entry.slowdown.estimate)
        assert only.rounds == (len(entry.samples_s) or entry.slowdown.rounds)
    assert all(measured.is_one_process for measured in results_of(run).measured)


def test_a_file_of_several_passes_holds_what_each_of_them_measured():
    run = load(SAVED / "schema_3.json", 10**7)
    for entry, measured in zip(run.entries, results_of(run).measured, strict=True):
        assert [each.number for each in entry.passes] == [1, 2, 3]
        assert sum(each.rounds for each in entry.passes) == len(entry.samples_s) == entry.slowdown.rounds
        assert [median(series_s) for series_s in entry.by_pass(entry.samples_s)] == [
            each.seconds_per_call for each in entry.passes
        ]
        assert (measured.passes, measured.is_one_process) == (3, False)


def test_slowdowns_computed_anew_from_all_passes_are_those_saved():
    run = load(SAVED / "schema_3.json", 10**7)
    for entry, measured in zip(run.entries, results_of(run).measured, strict=True):
        confidence, rounds = entry.slowdown.confidence, entry.slowdown.rounds
        anew = over_passes([each.slowdown for each in entry.passes], rounds)(confidence)
        assert (anew.estimate, anew.low, anew.high) == pytest.approx(
            (entry.slowdown.estimate, entry.slowdown.low, entry.slowdown.high)
        )
        assert measured.slowdown(confidence).estimate == pytest.approx(entry.slowdown.estimate)


@pytest.fixture
def in_passes(entry):
    """An entry of three passes, the last of which found no control, in a baseline's place and another."""

    def in_passes(variant, slowdown):
        joint = entry(variant, slowdown, lost=("pass 3: MemoryError",))
        control_s = entry("g=1", 1.0).samples_s[:32] if variant == "g=1" else ()
        (first,) = joint.passes
        how = Circumstances(disturbed=("a hog",), placed_at=(0, 3))
        second = replace(first, number=2, rounds=12, slowdown=OfPass(slowdown, 0.01), circumstances=how)
        fourth = replace(first, number=4, rounds=8, calls_per_sample=3, control=None)
        passes = (replace(first, rounds=20), second, fourth)
        return replace(joint, passes=passes, control_samples_s=control_s)

    return in_passes


@pytest.mark.parametrize("data", [True, False])
def test_entries_of_several_passes_are_read_as_they_were_written(in_passes, saved, agreeing, data):
    entries = agreeing([in_passes("g=1", 1.0), in_passes("g=8", 2.0)])
    if not data:
        entries = [replace(each, samples_s=(), baseline_samples_s=()) for each in entries]
    content = json.loads(json.dumps(saved(entries, data=data), allow_nan=False))
    assert parse(content).entries == linked(entries, []).entries


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda saved: saved.pop("passes"), "lacks 'passes'"),
        (lambda saved: saved.update(passes=[]), r"passes must be a list of passes, got \[\]"),
        (lambda saved: saved.update(passes={"number": 1}), "passes must be a list of passes"),
        (lambda saved: saved.update(passes=[7]), "'int' object is not subscriptable"),
        (lambda saved: saved["passes"].reverse(), r"order of their numbers, got \[4, 2, 1\]"),
        (lambda saved: saved["passes"][1].update(number=1), r"order of their numbers, got \[1, 1, 4\]"),
        (lambda saved: saved["passes"][0].update(number=0), "passes.number must be a whole number above 0"),
        (lambda saved: saved["passes"][0].update(rounds=0), "passes.rounds must be a whole number above 0"),
        (lambda saved: saved["passes"][0].pop("rounds"), "lacks 'rounds'"),
        (lambda saved: saved["passes"][0].update(slowdown=2.0), "'float' object"),
        (
            lambda saved: saved["passes"][0].update(seconds_per_call=-1),
            r"passes\.seconds_per_call must be a positive number, got -1",
        ),
        (
            lambda saved: saved["passes"][1]["slowdown"].update(log_deviation=-1),
            r"passes\.slowdown\.log_deviation must be a number from 0, got -1",
        ),
        (
            lambda saved: saved["passes"][1]["control"].update(estimate=0),
            r"passes\.control\.estimate must be a positive number, got 0",
        ),
        (lambda saved: saved.update(lost="all"), "lost must be a list of texts, got 'all'"),
    ],
)
def test_a_bad_pass_is_named_with_its_entry(in_passes, saved, change, message):
    content = saved([in_passes("g=1", 1.0)])
    change(content["benchmarks"][0]["extra_info"]["guidelines"])
    with pytest.raises(ResultsError, match=rf"^test_g2\[cpu-x1-g=1\]: .*{message}"):
        parse(content)


def test_the_rounds_of_the_passes_must_be_those_of_the_samples(in_passes, saved):
    content = saved([in_passes("g=1", 1.0)])
    content["benchmarks"][0]["extra_info"]["guidelines"]["passes"].pop()
    with pytest.raises(ResultsError, match=r"G2 x1 g=1: its passes have 32 rounds, its samples 40"):
        parse(content)


def test_a_failure_of_the_first_schema_is_read(failure, saved):
    control = replace(
        failure, place=replace(failure.place, variant=CONTROL_NAME), is_control=True, is_skip=True
    )
    content = saved([], [failure, control])
    for failed in content["guidelines"]["failed"]:
        for unknown in ("is_control", "conv_memory_access", "parameters"):
            del failed[unknown]
        failed["schema"] = 1
        failed["channels"] = failed.pop("widths")
        failed["condition"]["channels"] = failed["condition"].pop("channel_rule")
    older = [
        replace(each, work=Cost(multiply_adds=7, conv_memory_access=None, memory_access=9, parameters=None))
        for each in (failure, control)
    ]
    assert parse(content).failures == tuple(older)


@pytest.mark.parametrize(
    ("options", "expected"),
    [({"max_time": 2.0}, 2.0), ({"max_time": 0}, None), ({"max_time": "x"}, None), (None, None)],
)
def test_the_time_that_a_run_was_given_is_read_where_pytest_benchmark_saves_it(entry, options, expected):
    saved = {**to_benchmark(entry("g=1", 1.0)), "options": options}
    assert parse_entry(saved).max_time_s == expected
    assert "max_time_s" not in saved["extra_info"][KEY]
