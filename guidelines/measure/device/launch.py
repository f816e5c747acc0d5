"""Times what one call takes the CPU to launch and a CUDA device to compute: does the device wait?"""

import time
from collections.abc import Callable
from statistics import median

import torch

from guidelines.spec.condition import Device

REPEATS = 11
# Faster than the clock of any device: a wait that is counted in cycles at this rate is never too short.
MOST_CYCLES_PER_S = 4e9
WAIT_LAUNCHES = 2.0


def launch_and_device_s(call: Callable[[], object], device: Device) -> tuple[float, float]:
    """Median seconds that the CPU takes to launch one call, and the device to compute it.

    To time the device alone, a kernel that only waits keeps it busy until the whole call is launched, as in
    nvbench. Otherwise the events would also measure the launching.
    """
    launch_s = median(_launch_s(call, device) for _ in range(REPEATS))
    cycles = int(WAIT_LAUNCHES * launch_s * MOST_CYCLES_PER_S)
    return launch_s, median(_device_s(call, device, cycles) for _ in range(REPEATS))


def _launch_s(call: Callable[[], object], device: Device) -> float:
    torch.cuda.synchronize(device)
    start = time.perf_counter()
    call()
    taken_s = time.perf_counter() - start
    torch.cuda.synchronize(device)
    return taken_s


def _device_s(call: Callable[[], object], device: Device, cycles: int) -> float:
    with torch.cuda.device(device):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]  # untyped in torch
        torch.cuda._sleep(cycles)  # type: ignore[no-untyped-call]  # untyped in torch
        start.record()
        call()
        end.record()
        torch.cuda.synchronize(device)
    return float(start.elapsed_time(end)) / 1e3
