import json
from pathlib import Path

import pytest

from guidelines.spec.condition import Condition

MEMORY_BYTES = {"NVIDIA H100": 84_942_979_072, "NVIDIA H200": 150_109_880_320}


@pytest.fixture
def write_cuda_run(write_run):
    """Writes a run on a CUDA device, all on one host, in the present form or in that without memory."""

    def write_cuda_run(name, g8, gpu, is_old=False):
        path = write_run(name, g8, condition=Condition("cuda:0", gpu), median_s=g8)
        content = json.loads(Path(path).read_text())
        ours = content["machine_info"]["guidelines"]
        ours["devices"] = {"cuda:0": gpu}
        if not is_old:
            ours["device_memory_bytes"] = {"cuda:0": MEMORY_BYTES[gpu]}
        Path(path).write_text(json.dumps(content))
        return path

    return write_cuda_run


def test_runs_of_two_devices_on_hosts_of_one_name_are_not_merged(write_cuda_run, printed_line):
    files = [
        write_cuda_run("1.json", 2.0, "NVIDIA H100"),
        write_cuda_run("2.json", 2.4, "NVIDIA H200"),
        write_cuda_run("3.json", 2.001, "NVIDIA H100", is_old=True),
    ]
    _, out, _ = printed_line("report", *files)
    assert out.count("G2 x1 holds") == 2
    assert "NVIDIA H100 2 runs:" in out
    assert "NVIDIA H200 1 run:" in out


def test_a_comparison_names_the_devices(write_cuda_run, printed_line):
    files = [write_cuda_run("1.json", 2.0, "NVIDIA H100"), write_cuda_run("2.json", 2.4, "NVIDIA H200")]
    _, out, _ = printed_line("compare", *files)
    assert "differ in device name NVIDIA H100 | NVIDIA H200; device memory 79 GiB | 140 GiB" in out


def test_a_run_on_the_processor_is_of_the_machine_with_the_device(write_run, write_cuda_run, printed_line):
    files = [write_run("1.json", 2.0), write_cuda_run("2.json", 2.4, "NVIDIA H200")]
    _, out, _ = printed_line("report", *files)
    assert "1.json and 1 more: a processor and NVIDIA H200, host here" in out


def test_runs_with_and_without_memory_are_not_mixed_from_two_sides(write_cuda_run, printed_line, tmp_path):
    for folder, is_old in (("before", True), ("after", False)):
        for gpu in MEMORY_BYTES:
            write_cuda_run(f"{folder}/{gpu[-4:]}.json", 2.0, gpu, is_old)
    status, _, err = printed_line("compare", str(tmp_path / "before"), str(tmp_path / "after"))
    assert status == 2
    assert "2 machines have runs on both sides" in err
    assert "differ by nothing but their name" not in err
