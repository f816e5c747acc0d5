"""The size of the last cache of a device, beyond which every byte comes from memory."""

import re
from pathlib import Path

import torch

from guidelines.measure.monitor.control_groups import SYS
from guidelines.measure.monitor.proc import text
from guidelines.spec.condition import Device

# Taken if the system does not say.
USUAL_BYTES = 32 * 2**20
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}


def last_level_cache_bytes(device: Device, sys: Path = SYS) -> int:
    """Bytes of the largest cache of a device; USUAL_BYTES if the system does not say."""
    if not device.is_cpu:
        return int(torch.cuda.get_device_properties(device).L2_cache_size) or USUAL_BYTES
    files = (sys / "devices/system/cpu/cpu0/cache").glob("index*/size")
    return max(map(_bytes, map(text, files)), default=0) or USUAL_BYTES


def _bytes(size: str) -> int:
    """Bytes of a size such as "32768K"; 0 for anything else."""
    known = re.fullmatch(r"(\d+)([KMG]?)", size.strip())
    return int(known[1]) * UNITS[known[2]] if known else 0
