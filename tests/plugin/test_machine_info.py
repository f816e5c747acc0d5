import itertools
import json
import platform
import re

import pytest
import pytest_benchmark.plugin
from inner_runs import both_outputs, only, strict
from pytest_benchmark.logger import PytestBenchmarkWarning

from guidelines.analysis.compare import compare
from guidelines.analysis.measured import results_of
from guidelines.analysis.merge import by_machine
from guidelines.analysis.reading import read
from guidelines.cli.main import main
from guidelines.measure.device.settings import settings
from guidelines.results.files import load

pytest_plugins = "pytester"

CPU_INFO = pytest_benchmark.plugin.get_cpu_info


# pytest-benchmark warns of any difference between two machine_info.
# If a processor's name has no clock, py-cpuinfo reports the present clock as the advertised one.
def cpu_info(clock_hz, advertised_hz):
    return {
        "brand_raw": "a processor",
        "hz_actual": (clock_hz, 0),
        "hz_actual_friendly": f"{clock_hz / 1e9:.4f} GHz",
        "hz_advertised": (advertised_hz or clock_hz, 0),
        "hz_advertised_friendly": f"{(advertised_hz or clock_hz) / 1e9:.4f} GHz",
    }


@pytest.mark.parametrize("advertised_hz", [2_400_000_000, None])
def test_machine_info_is_the_same_at_every_clock(one_fails, pytester, monkeypatch, recwarn, advertised_hz):
    clocks_hz = itertools.count(2_400_000_000, 7_000_000)
    monkeypatch.setattr(
        pytest_benchmark.plugin, "get_cpu_info", lambda: cpu_info(next(clocks_hz), advertised_hz)
    )
    one_fails("--benchmark-save=first", "-k", "x1")
    one_fails("--benchmark-save=second", "--benchmark-compare", "-k", "x1")
    first, second = (strict(path)["machine_info"] for path in sorted(pytester.path.glob(".benchmarks/*/*")))
    assert first == second
    assert not [str(warning.message) for warning in recwarn if "machine_info" in str(warning.message)]


def keys(value):
    if isinstance(value, dict):
        return {*value, *(key for inner in value.values() for key in keys(inner))}
    return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()


def test_machine_info_has_nothing_that_changes_from_one_minute_to_the_next(one_fails, pytester, monkeypatch):
    monkeypatch.setattr(pytest_benchmark.plugin, "get_cpu_info", CPU_INFO)
    one_fails("--benchmark-json=run.json", "-k", "x1")
    names = keys(strict(pytester.path / "run.json")["machine_info"])
    assert "torch" in names
    assert not {
        name for name in names if re.search(r"load|temperature|clock|hz_actual|mhz|uptime|free|used", name)
    }


# pytest-benchmark matches entries by node id.
def test_runs_are_compared_whatever_their_tests_files_and_root_folders_are_called(one_fails, pytester):
    one_fails("--benchmark-json=a.json")
    path = pytester.mkdir("deep") / "test_other.py"
    path.write_text((pytester.path / "test_small.py").read_text().replace("test_g2", "test_renamed"))
    one_fails("--benchmark-json=b.json", "--rootdir=deep", path).assert_outcomes(passed=6, failed=1)
    files = [pytester.path / name for name in ("a.json", "b.json")]
    names = [{benchmark["fullname"] for benchmark in strict(file)["benchmarks"]} for file in files]
    comparison = compare(*(results_of(load(file, 10**7)) for file in files))
    assert names[0].isdisjoint(names[1])
    assert (len(comparison.rows), comparison.only_a, comparison.only_b) == (6, (), ())
    assert main(["compare", "a.json", "b.json"]) == 0


# pytest-benchmark lets two machines write 0001_*.json into a folder that names neither.
def test_two_machines_0001_are_told_apart_by_what_the_files_say(one_fails, pytester, capsys):
    folders = [pytester.path / name for name in ("a", "b")]
    for folder in folders:
        storage = f"--benchmark-storage={folder}"
        one_fails(storage, "--benchmark-save=run", "--benchmark-save-data", "-k", "x1")
    assert [machine.runs for machine in by_machine(itertools.chain(*read(folders, 10**7).runs_by_path))] == [
        2
    ]
    path = only(pytester, "b/*/0001_run.json")
    assert path.relative_to(folders[1]) == only(pytester, "a/*/0001_run.json").relative_to(folders[0])
    content = strict(path)
    content["machine_info"]["node"] = "elsewhere"
    path.write_text(json.dumps(content))
    assert [machine.runs for machine in by_machine(itertools.chain(*read(folders, 10**7).runs_by_path))] == [
        1,
        1,
    ]
    assert main(["compare", "a", "b"]) == 0
    assert "host elsewhere" in " ".join(capsys.readouterr().out.split())


# In pytest-benchmark, a storage outside the working folder breaks the warning that machines differ.
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_run_is_compared_with_another_machines_in_a_storage_elsewhere(one_fails, tmp_path, prefix):
    storage = f"--benchmark-storage={prefix}{tmp_path}"
    one_fails(storage, "--benchmark-save=run", "-k", "x1").assert_outcomes(passed=3, deselected=4)
    (path,) = tmp_path.glob("*/0001_run.json")
    content = strict(path)
    content["machine_info"]["node"] = "elsewhere"
    path.write_text(json.dumps(content))
    with pytest.warns(PytestBenchmarkWarning, match="machine_info is different"):
        result = one_fails(storage, "--benchmark-compare", "-k", "x1")
    result.assert_outcomes(passed=3, deselected=4)
    result.stdout.fnmatch_lines(["test_g2[[]cpu-2px-x1-4groups[]] (0001_run) *"])


def test_a_machine_that_was_given_a_name_is_told_by_it_and_not_by_its_host(one_fails, pytester, monkeypatch):
    for folder in ("before", "after"):
        monkeypatch.setattr(platform, "node", lambda folder=folder: f"host-{folder}")
        pytester.mkdir(folder)
        outputs = (f"--benchmark-json={folder}/run.json", f"--journal={folder}/run.jsonl")
        one_fails("-k", "x1", "--machine=our ci", *outputs)
    machines = [load(path, 10**7).machine for path in pytester.path.glob("*/run.json*")]
    assert len(machines) == 4
    assert len(set(machines)) == 1
    assert (machines[0].name, machines[0].node) == ("our ci", "")
    assert strict(pytester.path / "after" / "run.json")["machine_info"]["guidelines"]["name"] == "our ci"


def test_a_machine_has_no_name_unless_it_is_given_one(one_fails, pytester):
    one_fails("-k", "x1", "--benchmark-json=run.json")
    for run in both_outputs(pytester):
        assert (run.machine.name, run.machine.node) == ("", platform.node())
    assert "name" not in strict(pytester.path / "run.json")["machine_info"]["guidelines"]


def test_the_settings_are_those_at_the_start_of_a_run(one_fails, pytester, monkeypatch):
    for name in settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    pytester.makepyfile(test_other="import os\nos.environ['KMP_BLOCKTIME'] = '0'")
    monkeypatch.setenv("KMP_BLOCKTIME", "")
    one_fails("-k", "x1", "--benchmark-json=run.json", "test_other.py", "test_small.py")
    machines = [run.machine for run in both_outputs(pytester)]
    assert [machine.settings for machine in machines] == ["MALLOC_ARENA_MAX=4"] * 2
