import json
from dataclasses import replace

import pytest

from guidelines.analysis.measured import results_of
from guidelines.results.joining import linked
from guidelines.results.model import Machine
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate


def test_what_is_saved_is_what_is_read(entry, failure, saved, agreeing):
    g1 = entry("g=1", 1.0)
    same = Estimate(1.0, low=1.0, high=1.0, confidence=0.99, rounds=40)
    g1 = replace(g1, control_samples_s=g1.samples_s, control=same)
    entries = agreeing([g1, entry("g=8", 2.0, lost=("pass 2: the process was killed",))])
    content = json.loads(json.dumps(saved(entries, [failure]), allow_nan=False))
    here = Machine(node="here", cpu_model="a processor", torch="2.13.0")
    assert parse(content) == replace(linked(entries, [failure]), machine=here)


def test_ratios_are_computed_anew_from_saved_samples(entry, saved):
    run = results_of(parse(saved([entry("g=1", 1.0), entry("g=8", 2.0)])))
    narrow, wide = (run.measured[1].slowdown(confidence) for confidence in (0.8, 0.99))
    assert narrow.estimate == pytest.approx(2.0, rel=0.01)
    assert wide.half_width > narrow.half_width > 0


def test_a_lone_variant_carries_its_baselines_samples(entry, saved):
    alone = entry("g=8", 2.0, baseline_samples_s=entry("g=1", 1.0).samples_s)
    measured = results_of(parse(saved([alone]))).measured[0]
    assert measured.slowdown(0.9).estimate == pytest.approx(2.0, rel=0.01)


def test_without_samples_the_saved_interval_serves(entry, saved):
    run = results_of(parse(saved([entry("g=1", 1.0), entry("g=8", 2.0)], data=False)))
    found = run.measured[1].slowdown(0.99)
    assert (found.estimate, found.low, found.high) == pytest.approx((2.0, 1.98, 2.02))
    assert run.measured[1].seconds_per_call(0.99).half_width is None


def test_a_mixed_file_is_refused(entry, saved):
    content = saved([entry("g=1", 1.0)])
    content["benchmarks"].append({"name": "test_sort", "extra_info": {}, "stats": {}})
    with pytest.raises(ResultsError, match="1 of 2 benchmarks are not of this suite, 'test_sort' first"):
        parse(content)


def test_a_file_of_failures_alone_is_read(failure, saved):
    assert parse(saved([], [failure])).failures == (failure,)


def test_work_of_a_network_without_weights_is_read(entry, failure, saved):
    weightless = replace(
        failure, work=Cost(multiply_adds=7, conv_memory_access=0, memory_access=8, parameters=0)
    )
    content = saved([entry("g=1", 1.0, parameters=0)], [weightless])
    run = parse(content)
    assert (run.entries[0].identity.work.parameters, run.failures) == (0, (weightless,))


def test_a_failed_list_that_is_none_is_refused(entry, saved):
    content = saved([entry("g=1", 1.0)])
    content["guidelines"]["failed"] = 7
    with pytest.raises(ResultsError, match="its key 'guidelines' holds no list 'failed'"):
        parse(content)


def test_rounds_that_cannot_be_paired_are_refused(entry, saved):
    content = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    content["benchmarks"][1]["stats"]["data"].pop()
    content["benchmarks"][1]["extra_info"]["guidelines"]["passes"][0]["rounds"] -= 1
    with pytest.raises(ResultsError, match="G2 x1 g=8: its number of rounds differs from its baseline's"):
        parse(content)


def test_samples_that_do_not_match_the_rounds_of_passes_are_refused(entry, saved):
    content = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    content["benchmarks"][1]["stats"]["data"].pop()
    with pytest.raises(ResultsError, match="G2 x1 g=8: its passes have 40 rounds, its samples 39"):
        parse(content)


def test_samples_that_only_some_entries_have_are_missed(entry, saved):
    content = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    del content["benchmarks"][1]["stats"]["data"]
    message = r"G2 x1 g=8: lacks samples \(stats\.data\), which other entries have"
    with pytest.raises(ResultsError, match=message):
        parse(content)


def test_a_variant_that_is_there_twice_is_refused(entry, saved):
    with pytest.raises(ResultsError, match="G2 x1 g=8: occurs twice"):
        parse(saved([entry("g=1", 1.0), entry("g=8", 2.0), entry("g=8", 2.1)]))


def test_what_could_steer_a_terminal_is_made_visible(entry, saved):
    content = saved([entry("g=1", 1.0, sweep="x1\x1b[31m\n\u202e")])
    content["machine_info"] = {"node": "a\x07b", "guidelines": {"torch": 2.13, "cuda": None}}
    run = parse(content)
    assert run.entries[0].place.sweep == r"x1\x1b[31m\n\u202e"
    assert (run.machine.node, run.machine.torch, run.machine.cuda) == (r"a\x07b", "2.13", "")


@pytest.mark.parametrize("info", [None, 7, [], {"guidelines": []}])
def test_a_file_that_does_not_say_its_machine_is_read(entry, info, saved):
    content = saved([entry("g=1", 1.0)])
    content["machine_info"] = info
    assert parse(content).machine == Machine()
