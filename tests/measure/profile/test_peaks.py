import pytest
import torch

from guidelines.measure.profile import peaks as peaks_module
from guidelines.measure.profile.best_time import LEAST_SAMPLE_S, BestTime
from guidelines.measure.profile.caches import USUAL_BYTES, last_level_cache_bytes
from guidelines.measure.profile.peak_operators import PeakOperators
from guidelines.measure.profile.peaks import SMALLEST_BYTES, peaks
from guidelines.results.ceilings import (
    COPY,
    IN_PLACE,
    LAUNCHED,
    MOVING_BEYOND,
    PRODUCTS,
    READ,
    TRAFFIC,
    WRITE,
    key_of,
)
from guidelines.spec.condition import Condition, Device

CPU = Condition("cpu", "a processor")


def timed_as(launch_s, bytes_per_s):
    """Every operator takes a launch, and methods of a buffer also a time for each of its bytes."""

    def of(self, act, slice_s, mode="eager"):
        buffer = getattr(act, "__self__", None)
        return launch_s + (4 * buffer.numel() / bytes_per_s if isinstance(buffer, torch.Tensor) else 0)

    return of


@pytest.fixture
def small(monkeypatch):
    """A device with a cache of four of the smallest working sets."""
    monkeypatch.setattr(peaks_module, "last_level_cache_bytes", lambda device: 4 * SMALLEST_BYTES)


@pytest.fixture
def without_products(monkeypatch):
    monkeypatch.setattr(PeakOperators, "products", lambda self, kind: iter(()))


def test_every_ceiling_of_this_cpu_is_measured(small):
    measured = peaks(CPU, number=3, budget_s=0.02)
    assert (measured.key, measured.number, measured.missing) == (key_of(CPU), 3, ())
    assert measured.multiply_adds_per_s.keys() == set(PRODUCTS)
    assert measured.launch_s["eager"].keys() == set(LAUNCHED)
    assert [rate.working_set_bytes for rate in measured.traffic[IN_PLACE]][-1] == 16 * SMALLEST_BYTES
    assert {*measured.traffic} == {*TRAFFIC}


def test_a_rate_does_not_count_the_launch_and_a_set_that_is_all_launch_has_none(small, monkeypatch, clock):
    launch_s = 3 * SMALLEST_BYTES / 1e9
    monkeypatch.setattr(BestTime, "of", timed_as(launch_s, 1e9))
    rates = peaks(CPU, budget_s=0.0125, clock=clock).traffic[IN_PLACE]
    assert [rate.working_set_bytes // SMALLEST_BYTES for rate in rates] == [4, 8]
    assert [rate.bytes_per_s for rate in rates] == [pytest.approx(2e9, rel=1e-3)] * 2


def test_reading_and_writing_alone_move_each_byte_once(small, without_products, monkeypatch, clock):
    monkeypatch.setattr(BestTime, "of", timed_as(1e-9, 1e9))
    traffic = peaks(CPU, budget_s=0.1, clock=clock).traffic
    for kind in (READ, WRITE):
        assert [rate.bytes_per_s for rate in traffic[kind]] == [pytest.approx(1e9, rel=1e-3)] * 5


def test_the_fastest_operator_of_a_kind_gives_its_rate(small, without_products, monkeypatch, clock):
    def of(self, act, slice_s, mode="eager"):
        if getattr(act, "func", None) is torch.dot:
            return sum(4 * half.numel() for half in act.args) / 4e9
        return timed_as(1e-9, 2e9)(self, act, slice_s)

    monkeypatch.setattr(BestTime, "of", of)
    read = peaks(CPU, budget_s=0.1, clock=clock).traffic[READ]
    assert [rate.bytes_per_s for rate in read] == [pytest.approx(4e9, rel=1e-3)] * 5


def test_what_a_device_cannot_do_is_missing_with_its_reason(small, monkeypatch):
    def fail(*given, **named):
        raise NotImplementedError("\"slow_conv2d_cpu\" not implemented for 'Half'")

    monkeypatch.setattr(torch, "conv2d", fail)
    measured = peaks(CPU, budget_s=0.01)
    assert [reason.partition(":")[0] for reason in measured.missing] == [
        "rate of the 1x1 convolution",
        "rate of the 3x3 convolution",
    ]
    assert measured.multiply_adds_per_s.keys() == {"matrix product", "matrix-vector product"}


def test_a_kind_of_traffic_that_a_device_cannot_do_leaves_the_others(small, monkeypatch):
    def fail(*given, **named):
        raise RuntimeError("no product of vectors")

    monkeypatch.setattr(torch, "dot", fail)
    measured = peaks(CPU, budget_s=0.01)
    assert measured.missing == ("rates of moving bytes (read): RuntimeError: no product of vectors",)
    assert measured.traffic.keys() == {COPY, IN_PLACE, WRITE}


def test_memory_that_does_not_suffice_is_a_reason_and_no_error(monkeypatch):
    def refuse(*given, **named):
        raise MemoryError("no memory")

    monkeypatch.setattr(torch, "zeros", refuse)
    measured = peaks(CPU, budget_s=0.01)
    assert measured.missing == ("rates of moving bytes: MemoryError: no memory",)
    assert measured.traffic == {}


def test_the_working_sets_leave_most_of_the_free_memory_alone(monkeypatch):
    monkeypatch.setattr(peaks_module, "free_bytes", lambda device: 100 * SMALLEST_BYTES)
    measured = peaks(CPU, budget_s=0.01)
    assert measured.traffic[IN_PLACE][-1].working_set_bytes == 8 * SMALLEST_BYTES
    assert "rates of moving bytes beyond 0.5 MiB: memory is short" in measured.missing
    assert measured.is_within_caches


def test_rates_that_end_within_the_cache_say_why(small, without_products, monkeypatch, clock):
    monkeypatch.setattr(BestTime, "of", timed_as(1e-9, 1e9))
    measured = peaks(CPU, budget_s=1e-4, clock=clock)
    assert measured.missing == ("rates of moving bytes beyond 0.0625 MiB: time is short",)
    assert not peaks(CPU, budget_s=0.1, clock=clock).is_within_caches


@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_product_that_memory_does_not_suffice_for_leaves_the_smaller_ones(small, monkeypatch, clock, kind):
    monkeypatch.setattr(BestTime, "of", timed_as(1e-3, 1e9))
    drawn, largest = PeakOperators._drawn, {"1x1 convolution": 128, "3x3 convolution": 128}.get(kind, 512)

    def refuse(self, *shape):
        if largest in shape:
            raise MemoryError
        return drawn(self, *shape)

    monkeypatch.setattr(PeakOperators, "_drawn", refuse)
    measured = peaks(CPU, budget_s=1.0, clock=clock)
    assert (measured.multiply_adds_per_s.keys(), measured.missing) == (set(PRODUCTS), ())


@pytest.mark.parametrize(("cache", "missing"), [(1, ()), (4, (f"{MOVING_BEYOND} 0.125 MiB: MemoryError",))])
def test_a_buffer_that_memory_does_not_suffice_for_leaves_the_smaller_ones(
    without_products, monkeypatch, clock, cache, missing
):
    monkeypatch.setattr(peaks_module, "last_level_cache_bytes", lambda device: cache * SMALLEST_BYTES)
    monkeypatch.setattr(BestTime, "of", timed_as(1e-9, 1e9))
    zeros = torch.zeros

    def refuse(size, **named):
        if 4 * size > 2 * SMALLEST_BYTES:
            raise MemoryError
        return zeros(size, **named)

    monkeypatch.setattr(torch, "zeros", refuse)
    measured = peaks(CPU, budget_s=0.1, clock=clock)
    assert [rate.working_set_bytes // SMALLEST_BYTES for rate in measured.traffic[IN_PLACE]] == [1, 2]
    assert measured.missing == missing


def test_the_fastest_sample_counts(clock):
    taken_s = iter([1.0, 0.5, 0.4, 0.3, 0.6, 0.7] + [9.0] * 9)

    def act():
        clock.now_s += next(taken_s)

    assert BestTime(Device("cpu"), clock).of(act, slice_s=0.1) == pytest.approx(0.3)


def test_a_short_operator_is_called_often_enough_to_be_timed(clock):
    calls = []

    def act():
        calls.append(1)
        clock.now_s += LEAST_SAMPLE_S / 10

    assert BestTime(Device("cpu"), clock).of(act, slice_s=0.0) == pytest.approx(LEAST_SAMPLE_S / 10)
    assert len(calls) == 1 + (1 + 2 + 4 + 8 + 16) + 3 * 16


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [(["32K", "1024K", "32768K"], 32 * 2**20), (["2M"], 2 * 2**20), (["?"], USUAL_BYTES), ([], USUAL_BYTES)],
)
def test_the_last_cache_is_the_largest_one(tmp_path, sizes, expected):
    for number, size in enumerate(sizes):
        folder = tmp_path / f"devices/system/cpu/cpu0/cache/index{number}"
        folder.mkdir(parents=True)
        (folder / "size").write_text(f"{size}\n")
    assert last_level_cache_bytes(Device("cpu"), tmp_path) == expected


@pytest.mark.cuda
def test_every_ceiling_of_a_cuda_device_is_measured():
    condition = Condition("cuda:0", "a device", dtype="float16", layout="nhwc")
    measured = peaks(condition, budget_s=1.0)
    assert measured.missing == ()
    assert measured.multiply_adds_per_s.keys() == set(PRODUCTS)
    assert measured.launch_s["eager"]["element-wise"] > measured.launch_s["cudagraph"]["element-wise"]
    assert measured.traffic[COPY]
