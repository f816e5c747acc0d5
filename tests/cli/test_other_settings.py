import json
from pathlib import Path

import pytest

PLAIN = {"cpu_count": 2, "usable_cpus": 2, "onednn_isa": "AVX512_CORE", "settings": {}}
OTHERS = {
    "oneDNN's instruction set AVX512_CORE | SSE41": {"onednn_isa": "SSE41"},
    "settings none | MKL_CBWR=COMPATIBLE": {"settings": {"MKL_CBWR": "COMPATIBLE"}},
    "usable CPUs all | 1": {"usable_cpus": 1},
}


@pytest.fixture
def write_run_of(write_run):
    """Writes a run of one machine with further facts."""

    def write_run_of(name, g8=2.0, **facts):
        path = write_run(name, g8)
        content = json.loads(Path(path).read_text())
        content["machine_info"]["guidelines"] |= facts
        Path(path).write_text(json.dumps(content))
        return path

    return write_run_of


@pytest.mark.parametrize("difference", OTHERS)
def test_runs_under_other_settings_are_not_merged_and_the_difference_is_named(
    write_run_of, printed_line, difference
):
    files = write_run_of("1.json", **PLAIN), write_run_of("2.json", 2.1, **PLAIN | OTHERS[difference])
    _, out, _ = printed_line("report", *files)
    assert out.count("G2 x1 holds") == 2
    _, out, _ = printed_line("compare", *files)
    assert f"differ in {difference}" in out


def test_runs_of_older_files_are_merged_with_each_other_and_with_a_newer_one(write_run_of, printed_line):
    old = write_run_of("1.json", cpu_count=2), write_run_of("2.json", 2.001, cpu_count=2)
    for files in (old, (*old, write_run_of("3.json", 2.002, **PLAIN))):
        _, out, _ = printed_line("report", *files)
        assert (out.count("G2 x1 holds"), "usable" in out, "with none" in out) == (1, False, False)
        assert f"1.json and {len(files) - 1} more" in out
