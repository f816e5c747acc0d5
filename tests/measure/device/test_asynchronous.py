import pytest
import torch

from guidelines.measure.device import timing
from guidelines.measure.recording import Limits
from guidelines.measure.rounds import Rounds
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

LAUNCH_S = 0.7e-6


# The default timing of an asynchronous device is wrong.
class Device:
    # Works off what was launched while the host goes on.
    def __init__(self, clock, kernel_s):
        self.clock, self.kernel_s, self.idle_at_s = clock, kernel_s, 0.0

    def launch(self):
        self.clock.now_s += LAUNCH_S
        self.idle_at_s = max(self.idle_at_s, self.clock.now_s) + self.kernel_s

    def synchronize(self):
        self.clock.now_s = max(self.clock.now_s, self.idle_at_s)


@pytest.mark.parametrize("kernel_s", [50e-6, 500e-6])
def test_a_sample_lasts_as_long_as_an_asynchronous_device_works(clock, kernel_s):
    device = Device(clock, kernel_s)
    sample = timing.timed(device.launch, device.synchronize, clock)
    device.launch()  # still under way when the sample begins
    assert sample(100) == pytest.approx(LAUNCH_S + 100 * kernel_s)


def test_samples_of_a_cuda_device_wait_for_that_device_at_both_ends(monkeypatch):
    events = []
    monkeypatch.setattr(torch.cuda, "synchronize", events.append)
    monkeypatch.setattr(timing, "build", lambda variant, condition, seed: (None, torch.ones(1, 1)))
    network = Variant("a", "a", (4,), Stack((Conv(4, 4),)), build=list)
    sample = timing.prepare(
        network, Condition("cuda:1", ""), 0, lambda module, x: lambda: events.append("call")
    )
    sample(2)
    assert events == ["cuda:1", "call", "call", "cuda:1"]


# Calibration uses the first call, here a thousand times slower than the others.
def waking(clock):
    first_s = [1e-3]

    def sample(calls):
        taken_s = 1e-7 + calls * 1e-6 + (first_s.pop() if calls and first_s else 0.0)
        clock.now_s += taken_s
        return taken_s

    return sample


@pytest.mark.parametrize("wakes", ["once", "whenever it is built"])
def test_a_slow_first_call_costs_neither_calls_nor_rounds_and_is_in_no_sample(clock, wakes):
    once = {name: waking(clock) for name in "ab"}
    builders = {name: lambda name=name: once[name] if wakes == "once" else waking(clock) for name in "ab"}
    recording = Rounds(builders, "a", Limits(min_rounds=80), budget_s=0.01, order="0 1", clock=clock).run()
    assert min(recording.calls_per_sample.values()) >= 50
    assert recording.rounds >= 90
    for series in recording.seconds_per_call.values():
        assert series == pytest.approx([1e-6] * recording.rounds, rel=0.01)
