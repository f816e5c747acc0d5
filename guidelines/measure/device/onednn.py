"""The instruction set that oneDNN takes on this machine, after its limit ONEDNN_MAX_CPU_ISA.

Torch does not tell it. oneDNN does in the first lines that it prints if it is told to be verbose, which are
caught here.
"""

import ctypes
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO

import torch

# oneDNN's descriptions of instruction sets, with the names that it gives them for its limit.
NAMES = {
    "Intel SSE4.1": "SSE41",
    "Intel AVX": "AVX",
    "Intel AVX2": "AVX2",
    "Intel AVX2 with Intel DL Boost": "AVX2_VNNI",
    "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions": "AVX512_CORE",
    "Intel AVX-512 with Intel DL Boost": "AVX512_CORE_VNNI",
    "Intel AVX-512 with Intel DL Boost and bfloat16 support": "AVX512_CORE_BF16",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support": "AVX512_CORE_FP16",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support and Intel AMX with bfloat16 and 8-bit "
    "integer support": "AVX512_CORE_AMX",
}
VERBOSE_VARIABLES = ("ONEDNN_VERBOSE", "DNNL_VERBOSE", "MKLDNN_VERBOSE")
LONGEST_DESCRIPTION = 100


@cache
def instruction_set() -> str:
    """Name that oneDNN has for the instruction set, or its description of it; "" if it does not tell.

    If oneDNN is verbose anyway it is not asked, because its first lines may have been printed already.
    """
    is_verbose = any(os.environ.get(name, "0") not in ("", "0") for name in VERBOSE_VARIABLES)
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # untyped in torch
    if is_verbose or sys.platform != "linux" or not has_onednn:
        return ""
    try:
        return named(_first_lines())
    except (OSError, RuntimeError, AttributeError, AssertionError):  # torch asserts that it can be verbose
        return ""


def named(printed: str) -> str:
    """The instruction set in the lines that oneDNN prints first, "" if they do not tell it."""
    line = re.search(r",cpu,isa:(.+)$", printed, re.MULTILINE)
    if line is None:
        return ""
    description = line[1].strip()
    return NAMES.get(description, description[:LONGEST_DESCRIPTION])


def _first_lines() -> str:
    verbose = torch.backends.mkldnn.verbose
    with tempfile.TemporaryFile() as file:
        with _printing_into(file), verbose(torch.backends.mkldnn.VERBOSE_ON):  # type: ignore[no-untyped-call]
            torch.zeros(1, 1, 1, 1).to_mkldnn()
        file.seek(0)
        return file.read().decode(errors="replace")


@contextmanager
def _printing_into(file: IO[bytes]) -> Iterator[None]:
    """Let what C code prints go into a file."""
    flush = ctypes.CDLL(None).fflush
    flush(None)
    output = os.dup(1)
    try:
        os.dup2(file.fileno(), 1)
        yield
    finally:
        flush(None)
        os.dup2(output, 1)
        os.close(output)
