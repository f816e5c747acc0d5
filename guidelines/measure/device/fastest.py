"""The highest rate of multiply-adds that can be believed of a device."""

import time
from functools import cache

import torch

from guidelines.spec.condition import Condition, Device

# Below these rates, in multiply-adds a second and on the CPU by thread, none is looked into.
UNSUSPICIOUS_CPU, UNSUSPICIOUS_CUDA = 1e11, 1e12
# Winograd's convolutions get by with up to a quarter of the multiplications; twice that for a slow moment.
MOST_TIMES_A_PRODUCT = 8.0
SIDE_CPU, SIDE_CUDA = 512, 4096
REPEATS = 5


def check_rate(rate: float, condition: Condition) -> None:
    """Raises ValueError for a rate of multiply-adds, per second, far beyond a dense matrix product's."""
    is_cpu = condition.device.is_cpu
    if rate <= (UNSUSPICIOUS_CPU * condition.threads if is_cpu else UNSUSPICIOUS_CUDA):
        return
    # Some processors have no fast product in a short type, but convert it for convolutions.
    product = max(product_rate(condition.device, name) for name in (condition.dtype, "float32"))
    if rate > MOST_TIMES_A_PRODUCT * product:
        raise ValueError(
            f"{rate:.2g} multiply-adds a second are not possible: a matrix product has {product:.2g}"
        )


@cache
def product_rate(device: Device, dtype: str) -> float:
    """Multiply-adds a second of a dense matrix product, the best of some; infinite if memory is short."""
    side = SIDE_CPU if device.is_cpu else SIDE_CUDA
    best_s = float("inf")
    try:
        a = torch.ones(side, side, device=device, dtype=getattr(torch, dtype))
        for _ in range(REPEATS):
            _wait(device)
            start = time.perf_counter()
            a @ a
            _wait(device)
            best_s = min(best_s, time.perf_counter() - start)
    except torch.OutOfMemoryError:
        return float("inf")
    return float(side**3 / best_s)


def _wait(device: Device) -> None:
    if not device.is_cpu:
        torch.cuda.synchronize(device)
