import itertools
import json
import re
from dataclasses import replace

import pytest
import pytest_benchmark.plugin
import torch
from pytest_benchmark.logger import PytestBenchmarkWarning

from guidelines.analysis.compare import compare
from guidelines.analysis.measured import results_of
from guidelines.analysis.merge import by_machine
from guidelines.analysis.reading import read
from guidelines.cli.main import main
from guidelines.measure.device import timing
from guidelines.measure.recording import Limits
from guidelines.measure.rounds import Rounds
from guidelines.results.files import load
from guidelines.results.model import Circumstances
from guidelines.results.schema import to_extra_info
from guidelines.spec.condition import Condition

pytest_plugins = "pytester"

EXPERIMENT = """
    import pytest
    from torch import nn
    from guidelines.networks import blocks
    from guidelines.results.files import load_journal
    from guidelines import Conv, Stack, Sweep, Variant

    def build():
        conv = nn.Conv2d(4, 4, 1, bias=False)
        nn.init.constant_(conv.weight, float("nan"))
        return conv

    def sweeps(condition):
        networks = tuple(blocks.group_convolution(4, g) for g in (1, 2, 4))
        bad = Variant("bad", "bad", (4,), Stack((Conv(4, 4),)), build)
        yield Sweep("G2", "all go well", "x1", networks)
        yield Sweep("G2", "one fails", "x2", (*networks, bad))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure, benchmark, request):
        measure()
"""
LAUNCH_S = 0.7e-6
CPU_INFO = pytest_benchmark.plugin.get_cpu_info


@pytest.fixture
def suite(pytester, quick):
    def run(*arguments, experiment=EXPERIMENT):
        pytester.makepyfile(test_small=experiment)
        options = ("--device=cpu", "--benchmark-max-time=0", "--benchmark-min-rounds=12")
        return pytester.runpytest(
            "-p", "guidelines.plugin", *options, "--benchmark-confidence=0.9", *arguments
        )

    return run


def strict(path):
    text = path.read_text()
    assert "UNSERIALIZABLE" not in text
    return json.loads(text, parse_constant=pytest.fail)


def lines(journal):
    return [json.loads(line, parse_constant=pytest.fail) for line in journal.read_text().splitlines()]


def found(pytester, pattern):
    (path,) = pytester.path.glob(pattern)
    return path


# 1: the default timing of an asynchronous device is wrong.
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
    monkeypatch.setattr(timing, "build", lambda variant, condition, seed: (None, None))
    sample = timing.prepare(None, Condition("cuda:1", ""), 0, lambda module, x: lambda: events.append("call"))
    sample(2)
    assert events == ["cuda:1", "call", "call", "cuda:1"]


# 2: calibration uses the first call, here a thousand times slower than the others.
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
    recording = Rounds(builders, "a", Limits(min_rounds=80), budget_s=0.01, seed=0, clock=clock).run()
    assert min(recording.calls_per_sample.values()) >= 50
    assert recording.rounds >= 90
    for series in recording.seconds_per_call.values():
        assert series == pytest.approx([1e-6] * recording.rounds, rel=0.01)


# 3: --benchmark-save and --benchmark-autosave leave the samples out.
@pytest.mark.parametrize("how", ["--benchmark-save=bare", "--benchmark-autosave"])
@pytest.mark.parametrize("selection", ["x1", "x1 and g4"])
def test_a_file_without_samples_gives_the_same_slow_downs_and_says_so(suite, pytester, how, selection):
    suite(how, "--benchmark-json=full.json", "--benchmark-min-rounds=60", "-k", selection)
    path = found(pytester, ".benchmarks/*/*.json")
    bare, full = (results_of(load(file, 10**7)) for file in (path, pytester.path / "full.json"))
    for one, other in zip(bare.measured, full.measured, strict=True):
        shown, measured = one.slowdown(0.9), other.slowdown(0.9)
        assert None not in (shown.low, shown.high)
        assert (shown.estimate, shown.low, shown.high) == pytest.approx(
            (measured.estimate, measured.low, measured.high)
        )
    assert bare.notes == (f"{path} holds no samples: intervals are as saved, or scaled from those",)
    assert full.notes == ()


def test_save_data_and_the_journal_hold_every_sample(suite, pytester):
    suite("--benchmark-save=run", "--benchmark-save-data", "--benchmark-json=full.json")
    paths = [found(pytester, pattern) for pattern in (".benchmarks/*/*.json", ".guidelines/*", "full.json")]
    samples = [[entry.samples_s for entry in load(path, 10**7).entries] for path in paths]
    assert samples[0] == samples[1] == samples[2]
    assert set(map(len, samples[0])) == {12}


def test_the_journal_holds_every_sample_of_a_run_that_saves_none(suite, pytester):
    suite("--benchmark-save=bare", "-k", "x1")
    run = load(found(pytester, ".guidelines/*"), 10**7)
    assert [len(entry.samples_s) for entry in run.entries] == [12] * 3
    assert len(run.entries[0].control_samples_s) == 12


# 7: entries are matched by node id.
def test_runs_are_compared_whatever_their_tests_files_and_root_folders_are_called(suite, pytester):
    suite("--benchmark-json=a.json")
    path = pytester.mkdir("deep") / "test_other.py"
    path.write_text((pytester.path / "test_small.py").read_text().replace("test_g2", "test_renamed"))
    suite("--benchmark-json=b.json", "--rootdir=deep", path).assert_outcomes(passed=6, failed=1)
    files = [pytester.path / name for name in ("a.json", "b.json")]
    names = [{benchmark["fullname"] for benchmark in strict(file)["benchmarks"]} for file in files]
    comparison = compare(*(results_of(load(file, 10**7)) for file in files))
    assert names[0].isdisjoint(names[1])
    assert (len(comparison.rows), comparison.only_a, comparison.only_b) == (6, (), ())
    assert main(["compare", "a.json", "b.json"]) == 0


# 8: extra_info that is rebound is lost, values that are no JSON become a string, NaN makes invalid JSON.
def test_what_a_test_adds_to_extra_info_stands_beside_ours(suite, pytester):
    body = 'benchmark.extra_info["note"] = "mine"\n        measure()'
    suite("--benchmark-json=run.json", "-k", "x1", experiment=EXPERIMENT.replace("measure()", body))
    for benchmark in strict(pytester.path / "run.json")["benchmarks"]:
        assert benchmark["extra_info"].keys() == {"note", "guidelines"}


@pytest.mark.parametrize("rounds", [1, 2, 12])
def test_file_and_journal_are_strict_json_even_for_one_round_and_an_output_of_nan(suite, pytester, rounds):
    suite("--benchmark-json=run.json", f"--benchmark-min-rounds={rounds}").assert_outcomes(passed=6, failed=1)
    content, journal = strict(pytester.path / "run.json"), lines(found(pytester, ".guidelines/*"))
    journaled = [line["failed"] for line in journal if "failed" in line]
    assert len(content["benchmarks"]) == sum("benchmark" in line for line in journal) == 6
    assert content["guidelines"]["failed"] == journaled
    assert [failed["reason"] for failed in journaled] == ["ValueError: the output is not finite"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["work_ratio", "slowdown", "control", "setup_s"])
def test_a_figure_that_is_no_number_is_refused_rather_than_saved(entry, where, value):
    whole = entry("g=8", 2.0)
    change = {
        "work_ratio": {"identity": replace(whole.identity, work_ratio=value)},
        "slowdown": {"slowdown": replace(whole.slowdown, estimate=value)},
        "control": {"control": replace(whole.control, low=value)},
        "setup_s": {"circumstances": Circumstances(setup_s=value)},
    }[where]
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_extra_info(replace(whole, **change))


# 9: machine_info is compared to the letter.
# Where the name of a processor lacks a clock, py-cpuinfo calls the present one the advertised one.
def cpu_info(clock_hz, advertised_hz):
    return {
        "brand_raw": "a processor",
        "hz_actual": (clock_hz, 0),
        "hz_actual_friendly": f"{clock_hz / 1e9:.4f} GHz",
        "hz_advertised": (advertised_hz or clock_hz, 0),
        "hz_advertised_friendly": f"{(advertised_hz or clock_hz) / 1e9:.4f} GHz",
    }


@pytest.mark.parametrize("advertised_hz", [2_400_000_000, None])
def test_machine_info_is_the_same_at_every_clock(suite, pytester, monkeypatch, recwarn, advertised_hz):
    clocks_hz = itertools.count(2_400_000_000, 7_000_000)
    monkeypatch.setattr(
        pytest_benchmark.plugin, "get_cpu_info", lambda: cpu_info(next(clocks_hz), advertised_hz)
    )
    suite("--benchmark-save=first", "-k", "x1")
    suite("--benchmark-save=second", "--benchmark-compare", "-k", "x1")
    first, second = (strict(path)["machine_info"] for path in sorted(pytester.path.glob(".benchmarks/*/*")))
    assert first == second
    assert not [str(warning.message) for warning in recwarn if "machine_info" in str(warning.message)]


def keys(value):
    if isinstance(value, dict):
        return {*value, *(key for inner in value.values() for key in keys(inner))}
    return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()


def test_machine_info_has_nothing_that_changes_from_one_minute_to_the_next(suite, pytester, monkeypatch):
    monkeypatch.setattr(pytest_benchmark.plugin, "get_cpu_info", CPU_INFO)
    suite("--benchmark-json=run.json", "-k", "x1")
    names = keys(strict(pytester.path / "run.json")["machine_info"])
    assert "torch" in names
    assert not {
        name for name in names if re.search(r"load|temperature|clock|hz_actual|mhz|uptime|free|used", name)
    }


# 10: pytest_benchmark_update_json is called once for each output.
@pytest.mark.parametrize("data", [(), ("--benchmark-save-data",)])
def test_two_outputs_at_once_say_the_same(suite, pytester, data):
    suite("--benchmark-json=run.json", "--benchmark-save=run", *data)
    one, other = (strict(found(pytester, pattern)) for pattern in ("run.json", ".benchmarks/*/*.json"))
    assert [failed["variant"] for failed in one["guidelines"]["failed"]] == ["bad"]
    assert one["guidelines"] == other["guidelines"]
    assert one["machine_info"] == other["machine_info"]
    infos = [{b["fullname"]: b["extra_info"] for b in file["benchmarks"]} for file in (one, other)]
    assert infos[0] == infos[1]
    assert len(infos[0]) == 6


# 11: benchmark.stats is None under --benchmark-disable, and xdist disables benchmarks.
@pytest.mark.parametrize("how", [("--benchmark-disable",), ("-n", "2")])
def test_where_nothing_is_timed_every_network_is_run_once_and_nothing_is_written(suite, pytester, how):
    if "-n" in how:
        pytest.importorskip("xdist")
    result = suite(*how, "--benchmark-json=run.json")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*ValueError: the output is not finite"])
    assert "up to" not in result.stdout.str()
    assert not list(pytester.path.glob(".guidelines"))
    assert not list(pytester.path.glob("run.json"))


@pytest.mark.parametrize("how", [("--benchmark-disable",), ("-n", "2"), ("--benchmark-skip",)])
def test_resuming_where_nothing_is_timed_is_a_usage_error(suite, how):
    if "-n" in how:
        pytest.importorskip("xdist")
    result = suite(*how, "--resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --resume measures what is missing, but the other options time *"])


# 11: two machines both write 0001_*.json into a folder that names neither.
def test_two_machines_0001_are_told_apart_by_what_the_files_say(suite, pytester, capsys):
    folders = [pytester.path / name for name in ("a", "b")]
    for folder in folders:
        suite(f"--benchmark-storage={folder}", "--benchmark-save=run", "--benchmark-save-data", "-k", "x1")
    assert [machine.runs for machine in by_machine(itertools.chain(*read(folders, 10**7)))] == [2]
    path = found(pytester, "b/*/0001_run.json")
    assert path.relative_to(folders[1]) == found(pytester, "a/*/0001_run.json").relative_to(folders[0])
    content = strict(path)
    content["machine_info"]["node"] = "elsewhere"
    path.write_text(json.dumps(content))
    assert [machine.runs for machine in by_machine(itertools.chain(*read(folders, 10**7)))] == [1, 1]
    assert main(["compare", "a", "b"]) == 0
    assert "host elsewhere" in " ".join(capsys.readouterr().out.split())


# 12: results known only at the end of a run: the journal has them when the next test starts.
def test_a_sweep_is_in_the_journal_before_its_first_test_ends(suite):
    reading = """measure()
        (path,) = request.config.rootpath.glob(".guidelines/*.jsonl")
        contents = load_journal(path)
        measured = {sweep: len(results) for sweep, results in contents.measurements.items()}
        expected = {"G2 x1 cpu": 3} if "x1" in request.node.name else {"G2 x1 cpu": 3, "G2 x2 cpu": 4}
        assert (measured, contents.is_finished) == (expected, False)
    """
    suite(experiment=EXPERIMENT.replace("measure()", reading)).assert_outcomes(passed=6, failed=1)


# 13: hd15iqr is wrong in files of older versions.
@pytest.mark.parametrize("data", [(), ("--benchmark-save-data",)])
@pytest.mark.parametrize("wrong", [1e9, None])
def test_nothing_shown_depends_on_a_statistic_of_pytest_benchmark_but_the_median(
    suite, pytester, capsys, data, wrong
):
    suite("--benchmark-save=run", *data)
    path = found(pytester, ".benchmarks/*/*.json")

    def shown():
        capsys.readouterr()
        for form in ("text", "csv", "json"):
            assert main(["report", str(path), f"--format={form}"]) == 0
        return capsys.readouterr().out

    before, content = shown(), strict(path)
    for benchmark in content["benchmarks"]:
        benchmark["stats"] |= dict.fromkeys(benchmark["stats"].keys() - {"median", "data"}, wrong)
    path.write_text(json.dumps(content))
    assert shown() == before


# 14: a storage outside the working folder breaks the warning that machines differ.
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_run_is_compared_with_another_machines_in_a_storage_elsewhere(suite, tmp_path, prefix):
    storage = f"--benchmark-storage={prefix}{tmp_path}"
    suite(storage, "--benchmark-save=run", "-k", "x1").assert_outcomes(passed=3, deselected=4)
    (path,) = tmp_path.glob("*/0001_run.json")
    content = strict(path)
    content["machine_info"]["node"] = "elsewhere"
    path.write_text(json.dumps(content))
    with pytest.warns(PytestBenchmarkWarning, match="machine_info is different"):
        result = suite(storage, "--benchmark-compare", "-k", "x1")
    result.assert_outcomes(passed=3, deselected=4)
    result.stdout.fnmatch_lines(["test_g2[[]cpu-x1-g4[]] (0001_run) *"])
