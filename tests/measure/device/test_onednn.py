import os
import platform
import subprocess
import sys

import pytest
import torch

from guidelines.measure.device import onednn
from guidelines.measure.device.onednn import LONGEST_DESCRIPTION, NAMES, instruction_set, named

PRINTED = """onednn_verbose,v1,info,oneDNN v3.12.0 (commit 80afa71)
onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2
onednn_verbose,v1,info,cpu,isa:{}
onednn_verbose,v1,info,gpu,runtime:none
"""
has_onednn = pytest.mark.skipif(
    sys.platform != "linux" or not torch.backends.mkldnn.is_available(), reason="no oneDNN that can be asked"
)


@pytest.mark.parametrize(
    ("described", "name"),
    [
        ("Intel SSE4.1", "SSE41"),
        ("Intel AVX-512 with Intel DL Boost and bfloat16 support", "AVX512_CORE_BF16"),
        (list(NAMES)[-1], "AVX512_CORE_AMX"),
        ("AArch64 SVE (256 bits)", "AArch64 SVE (256 bits)"),
        ("a" * 1000, "a" * LONGEST_DESCRIPTION),
    ],
)
def test_an_instruction_set_is_named_as_onednn_names_it(described, name):
    assert named(PRINTED.format(described)) == name


@pytest.mark.parametrize("printed", ["", "onednn_verbose,v1,info,cpu,runtime:OpenMP\n", "\0"])
def test_lines_that_do_not_tell_it_name_none(printed):
    assert named(printed) == ""


def ask(variables=None):
    """The instruction set and what else is printed, by a process of its own."""
    code = "from guidelines.measure.device.onednn import instruction_set as asked; print(asked(), asked())"
    environ = {name: value for name, value in os.environ.items() if "DNN" not in name}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=environ | (variables or {}), capture_output=True, text=True, check=True
    ).stdout


@has_onednn
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="no such instructions")
@pytest.mark.parametrize("limit", ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"])
def test_the_instruction_set_is_the_one_below_the_limit_and_nothing_else_is_printed(limit):
    assert ask({limit: "SSE41"}) == "SSE41 SSE41\n"


@has_onednn
def test_onednn_that_is_verbose_anyway_is_not_asked():
    assert ask({"ONEDNN_VERBOSE": "1"}) == " \n"
    assert ask({"ONEDNN_VERBOSE": "0"}) == ask()


@pytest.mark.parametrize("error", [OSError("no file"), RuntimeError("no"), AssertionError("Failed to set")])
def test_onednn_that_cannot_be_asked_has_no_known_instruction_set(monkeypatch, error):
    def failing():
        raise error

    monkeypatch.setattr(onednn, "_first_lines", failing)
    assert instruction_set.__wrapped__() == ""
