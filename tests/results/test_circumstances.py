import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from journals import failed, read_back

from guidelines.results.checked import printable
from guidelines.results.circumstances import parse_circumstances
from guidelines.results.disturbance import Gpu, Snapshot, State, during
from guidelines.results.model import REST, Circumstances
from guidelines.results.schema import (
    ResultsError,
    parse_entry,
    parse_failure,
    to_benchmark,
    to_extra_info,
    to_failed,
)
from guidelines.spec.work import Operators
from guidelines.stats.intervals import Estimate

amounts = st.one_of(st.sampled_from([0, 0.0]), st.integers(1, 10**15), st.floats(1e-15, 1e18))


counts = st.integers(1, 10**15)


texts = st.text(max_size=20).map(printable)


lists_of_texts = st.lists(texts, max_size=3).map(tuple)


def with_rest(shares):
    parts = {name: share for name, share in shares.items() if name != REST}
    return parts | {REST: 1 - sum(parts.values())} if parts else {}


def perhaps(strategy):
    return st.none() | strategy


@st.composite
def estimates(draw):
    low, middle, high = sorted(draw(st.lists(st.floats(1e-15, 1e18), min_size=3, max_size=3)))
    ends = draw(st.sampled_from([(low, high), (None, high), (low, None), (None, None)]))
    return Estimate(middle, *ends, draw(st.floats(0.5, 0.999999)), draw(counts))


gpus = st.builds(Gpu, amounts, amounts, amounts, amounts, lists_of_texts, amounts)


states = st.builds(
    State,
    cpus=counts,
    watched_s=amounts,
    load=perhaps(amounts),
    other_cpus=perhaps(amounts),
    steal=perhaps(amounts),
    throttled=perhaps(amounts),
    switches_per_s=perhaps(amounts),
    lowest_clock_mhz=perhaps(amounts),
    highest_clock_mhz=perhaps(amounts),
    governor=texts,
    gpu=perhaps(gpus),
)


elements = st.integers(0, 10**15)


@st.composite
def operators(draw):
    """Operators that read what they change in place, and write that and more."""
    in_place, elsewhere, read = draw(elements), draw(elements), draw(elements)
    return Operators(
        kind=draw(texts),
        calls=draw(counts),
        multiply_adds=draw(elements),
        memory_access=2 * in_place + elsewhere + read,
        in_place=in_place,
        written=draw(perhaps(st.just(in_place + elsewhere))),
    )


circumstances = st.builds(
    Circumstances,
    state=perhaps(states),
    drift=perhaps(estimates()),
    disturbed=lists_of_texts,
    retried=lists_of_texts,
    noted=lists_of_texts,
    placed_at=st.lists(st.integers(0, 10**9), max_size=4).map(tuple),
    setup_s=perhaps(amounts),
    peak_memory_bytes=perhaps(amounts),
    launch_s=perhaps(amounts),
    device_s=perhaps(amounts),
    operators=st.lists(operators(), max_size=3).map(tuple),
    shares=st.dictionaries(texts, st.floats(1e-9, 0.25), max_size=4).map(with_rest),
)


NOTHING = Circumstances(
    state=State(0, 0.0, *[0.0] * 7, gpu=Gpu(0, 0, 0, 0.0, (), 0)),
    placed_at=(0,),
    setup_s=0.0,
    peak_memory_bytes=0,
    launch_s=0.0,
    device_s=0.0,
)


anywhere = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@anywhere
@given(how=circumstances)
@example(how=NOTHING)
@example(how=Circumstances())
@example(
    how=Circumstances(
        drift=Estimate(1.0, None, None, 0.99, 13), retried=("",), disturbed=("a", "b"), noted=("c",)
    )
)
def test_how_a_variant_was_measured_is_read_as_it_was_written(entry, how):
    measured = entry("g=8", 2.0, rounds=3, circumstances=how)
    assert parse_entry(read_back(to_benchmark(measured))) == measured


@anywhere
@given(how=circumstances)
def test_a_saved_file_says_how_a_variant_was_measured(entry, saved, how):
    content = read_back(saved([entry("g=8", 2.0, rounds=3, circumstances=how)]))
    assert parse_entry(content["benchmarks"][0]).passes[0].circumstances == how


def test_a_state_whose_differences_are_rounding_noise_is_read_as_it_was_written(entry):
    before, after = (
        Snapshot(at_s, own_s, busy_s) for at_s, own_s, busy_s in ((0, 20, 50), (10, 20.02, 50.02))
    )
    state = during([before, after], cpus=2)
    assert 0 < state.other_cpus < 1e-15
    measured = entry("g=8", 2.0, rounds=3, circumstances=Circumstances(state=state))
    assert parse_entry(read_back(to_benchmark(measured))) == measured


@anywhere
@given(reason=texts, is_skip=st.booleans())
def test_a_failure_is_read_as_it_was_written(entry, reason, is_skip):
    failure = failed(entry("g=8", 2.0), reason, is_skip=is_skip)
    assert parse_failure(read_back(to_failed(failure))) == failure


@pytest.mark.parametrize(
    ("in_place", "written", "message"),
    [
        (15, None, "operators.memory_access is 5, less than operators.in_place 15 and operators.written 15"),
        (0, 15, "operators.memory_access is 5, less than operators.in_place 0 and operators.written 15"),
        (2, 1, "operators.in_place is 2, but operators.written 1"),
    ],
)
def test_operators_that_contradict_themselves_are_refused_and_the_entry_named(
    entry, in_place, written, message
):
    odd = Operators("", calls=1, multiply_adds=0, memory_access=5, in_place=in_place, written=written)
    measured = to_benchmark(entry("g=8", 2.0, circumstances=Circumstances(operators=(odd,))))
    with pytest.raises(ResultsError) as error:
        parse_entry(measured)
    assert str(error.value) == f"{measured['name']}: {message}"


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"part-1": 0.6, "part-2": 0.41}, "circumstances.shares sum to 1.01 in place of 1"),
        ({"part-1": 0.6, REST: 0.3}, "circumstances.shares sum to 0.9 in place of 1"),
        ({"part-1": 1.2, REST: -0.2}, "circumstances.shares must be a number from 0, got -0.2"),
        ({"part-1": 0}, "circumstances.shares must be a positive number, got 0"),
        ({"part-1": "half"}, "circumstances.shares must be a positive number, got 'half'"),
        ([0.5], "circumstances.shares must be a mapping, got [0.5]"),
    ],
)
def test_shares_that_are_none_are_refused(shares, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_circumstances({"shares": shares})


def test_shares_that_are_not_known_are_not_saved(entry):
    (saved,) = to_extra_info(entry("g=8", 2.0))["passes"]
    assert "shares" not in saved["circumstances"]
