"""Figures that a healthy device of a kind reaches at best, so that a sick one shows.

For CUDA devices from data sheets: copies usually reach 60 to 100 % of the memory's bandwidth, products 40 to
100 % of the peak (dense, without TF32). For processors from what one thread of each instruction set does.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.results.ceilings import CeilingsKey


class Range(NamedTuple):
    """The lowest and the highest usual figure."""

    low: float
    high: float


@dataclass(frozen=True)
class Usual:
    """Usual figures of a device: of copies in its memory, of multiply-adds, and of an operator's launch.

    None for what is not known of such a device.
    """

    memory_bytes_per_s: Range | None = None
    multiply_adds_per_s: Range | None = None
    launch_s: Range | None = None


class _DataSheet(NamedTuple):
    """Memory in GB/s, and multiply-adds in units of 1e12 a second: of float32, and of half precision."""

    memory: float
    float32: float
    half: float


COPY_SHARES, PRODUCT_SHARES = Range(0.6, 1.0), Range(0.4, 1.0)
# By words of the device's name; the first that fits counts.
DATA_SHEETS = {
    "H200": _DataSheet(4800, 33.5, 494),
    "H100 PCIe": _DataSheet(2000, 25.6, 378),
    "H100 NVL": _DataSheet(3900, 30.0, 418),
    "H100": _DataSheet(3350, 33.5, 494),
    "A100-SXM4-80GB": _DataSheet(2039, 9.7, 156),
    "A100": _DataSheet(1555, 9.7, 156),
    "L40S": _DataSheet(864, 45.8, 181),
    "L4": _DataSheet(300, 15.1, 60),
    "V100": _DataSheet(900, 7.8, 62),
    "T4": _DataSheet(320, 4.0, 32),
}
# Multiply-adds of one thread in float32, by torch's name of the instruction set.
OF_A_THREAD = {"AVX512": Range(25e9, 180e9), "AVX2": Range(15e9, 95e9)}
# Copies of one thread in memory, and launches of an element-wise operator.
THREAD_MEMORY = Range(4e9, 40e9)
CPU_LAUNCH_S, CUDA_LAUNCH_S = Range(0.4e-6, 4e-6), Range(2e-6, 15e-6)


def usual(key: CeilingsKey, device_name: str, cpu_capability: str) -> Usual:
    """Usual figures of a device in a type; those that are not known are None.

    `device_name` is the model of the device, `cpu_capability` torch's name of a processor's instruction set.
    """
    if key.device.is_cpu:
        of_a_thread = OF_A_THREAD.get(cpu_capability) if key.dtype == "float32" else None
        return Usual(
            memory_bytes_per_s=THREAD_MEMORY if key.threads == 1 else None,
            multiply_adds_per_s=_scaled(of_a_thread, key.threads) if of_a_thread else None,
            launch_s=CPU_LAUNCH_S,
        )
    for words, sheet in DATA_SHEETS.items():
        if re.search(rf"\b{words}\b", device_name):
            peak = sheet.float32 if key.dtype == "float32" else sheet.half
            return Usual(
                memory_bytes_per_s=_scaled(COPY_SHARES, 1e9 * sheet.memory),
                multiply_adds_per_s=_scaled(PRODUCT_SHARES, 1e12 * peak),
                launch_s=CUDA_LAUNCH_S,
            )
    return Usual(launch_s=CUDA_LAUNCH_S)


def _scaled(shares: Range, factor: float) -> Range:
    return Range(shares.low * factor, shares.high * factor)
