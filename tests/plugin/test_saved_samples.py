import json
from dataclasses import replace

import pytest
from inner_experiments import ONE_FAILS
from inner_runs import lines, only, strict

from guidelines.analysis.measured import results_of
from guidelines.cli.main import main
from guidelines.results.files import load
from guidelines.results.model import Circumstances
from guidelines.results.schema import to_extra_info

pytest_plugins = "pytester"
CONFIDENCE = ("--benchmark-confidence=0.9",)


# --benchmark-save and --benchmark-autosave leave the samples out.
@pytest.mark.parametrize("how", ["--benchmark-save=bare", "--benchmark-autosave"])
@pytest.mark.parametrize("selection", ["x1", "x1 and 4groups"])
def test_a_file_without_samples_gives_the_same_slow_downs_and_says_so(one_fails, pytester, how, selection):
    one_fails(how, "--benchmark-json=full.json", "--benchmark-min-rounds=60", *CONFIDENCE, "-k", selection)
    path = only(pytester, ".benchmarks/*/*.json")
    bare, full = (results_of(load(file, 10**7)) for file in (path, pytester.path / "full.json"))
    for one, other in zip(bare.measured, full.measured, strict=True):
        shown, measured = one.slowdown(0.9), other.slowdown(0.9)
        assert None not in (shown.low, shown.high)
        assert (shown.estimate, shown.low, shown.high) == pytest.approx(
            (measured.estimate, measured.low, measured.high)
        )
    assert bare.notes == (f"{path} holds no samples: intervals are as saved, or scaled from those",)
    assert full.notes == ()


def test_save_data_and_the_journal_hold_every_sample(one_fails, pytester):
    one_fails("--benchmark-save=run", "--benchmark-save-data", "--benchmark-json=full.json")
    paths = [only(pytester, pattern) for pattern in (".benchmarks/*/*.json", ".guidelines/*", "full.json")]
    samples = [[entry.samples_s for entry in load(path, 10**7).entries] for path in paths]
    assert samples[0] == samples[1] == samples[2]
    assert set(map(len, samples[0])) == {12}


def test_the_journal_holds_every_sample_of_a_run_that_saves_none(one_fails, pytester):
    one_fails("--benchmark-save=bare", "-k", "x1")
    run = load(only(pytester, ".guidelines/*"), 10**7)
    assert [len(entry.samples_s) for entry in run.entries] == [12] * 3
    assert len(run.entries[0].control_samples_s) == 12


# pytest-benchmark turns values that are no JSON into strings and writes NaN, which is not valid JSON.
def test_what_a_test_adds_to_extra_info_stands_beside_ours(one_fails, pytester):
    body = 'benchmark.extra_info["note"] = "mine"\n        measure()'
    one_fails("--benchmark-json=run.json", "-k", "x1", experiment=ONE_FAILS.replace("measure()", body))
    for benchmark in strict(pytester.path / "run.json")["benchmarks"]:
        assert benchmark["extra_info"].keys() == {"note", "guidelines"}


@pytest.mark.parametrize("rounds", [1, 2, 12])
def test_file_and_journal_are_strict_json_even_for_one_round_and_an_output_of_nan(
    one_fails, pytester, rounds
):
    result = one_fails("--benchmark-json=run.json", f"--benchmark-min-rounds={rounds}")
    result.assert_outcomes(passed=6, failed=1)
    content, journal = strict(pytester.path / "run.json"), lines(only(pytester, ".guidelines/*"))
    journaled = [line["failed"] for line in journal if "failed" in line]
    assert len(content["benchmarks"]) == sum("benchmark" in line for line in journal) == 6
    assert content["guidelines"]["failed"] == journaled
    assert [failed["reason"] for failed in journaled] == ["ValueError: the output is not finite"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["work_ratio", "slowdown", "control", "setup_s"])
def test_a_figure_that_is_no_number_is_refused_rather_than_saved(entry, where, value):
    whole = entry("g=8", 2.0)
    (only,) = whole.passes
    change = {
        "work_ratio": {"identity": replace(whole.identity, work_ratio=value)},
        "slowdown": {"slowdown": replace(whole.slowdown, estimate=value)},
        "control": {"control": replace(whole.control, low=value)},
        "setup_s": {"passes": (replace(only, circumstances=Circumstances(setup_s=value)),)},
    }[where]
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_extra_info(replace(whole, **change))


# pytest-benchmark calls pytest_benchmark_update_json once for each output.
@pytest.mark.parametrize("data", [(), ("--benchmark-save-data",)])
def test_two_outputs_at_once_say_the_same(one_fails, pytester, data):
    one_fails("--benchmark-json=run.json", "--benchmark-save=run", *data)
    one, other = (strict(only(pytester, pattern)) for pattern in ("run.json", ".benchmarks/*/*.json"))
    assert [failed["variant"] for failed in one["guidelines"]["failed"]] == ["bad"]
    assert one["guidelines"] == other["guidelines"]
    assert one["machine_info"] == other["machine_info"]
    infos = [{b["fullname"]: b["extra_info"] for b in file["benchmarks"]} for file in (one, other)]
    assert infos[0] == infos[1]
    assert len(infos[0]) == 6


# pytest-benchmark sets benchmark.stats to None under --benchmark-disable, and under xdist.
@pytest.mark.parametrize("how", [("--benchmark-disable",), ("-n", "2", "--passes=2")])
def test_if_nothing_is_timed_every_network_runs_once_and_nothing_is_written(one_fails, pytester, how):
    if "-n" in how:
        pytest.importorskip("xdist")
    result = one_fails(*how, "--benchmark-json=run.json")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*ValueError: the output is not finite"])
    assert "up to" not in result.stdout.str()
    assert not list(pytester.path.glob(".guidelines"))
    assert not list(pytester.path.glob("run.json"))


# The journal has the results of a sweep before the next test starts.
def test_a_sweep_is_in_the_journal_before_its_first_test_ends(one_fails):
    reading = """measure()
        (path,) = request.config.rootpath.glob(".guidelines/*.jsonl")
        contents = load_journal(path)
        measured = {sweep: len(passes[1]) for sweep, passes in contents.measurements.items()}
        expected = {"G2 x1 cpu-2px": 3}
        if "x2" in request.node.name:
            expected["G2 x2 cpu-2px"] = 4
        assert (measured, contents.is_finished) == (expected, False)
    """
    one_fails(experiment=ONE_FAILS.replace("measure()", reading)).assert_outcomes(passed=6, failed=1)


# The statistic hd15iqr is wrong in files of older versions of pytest-benchmark.
@pytest.fixture(scope="module")
def saved_runs():
    """The content of a saved file by the options that saved it; the first test that needs it fills it in."""
    return {}


@pytest.mark.parametrize("data", [(), ("--benchmark-save-data",)])
@pytest.mark.parametrize("wrong", [1e9, None])
def test_nothing_shown_depends_on_a_statistic_of_pytest_benchmark_but_the_median(
    one_fails, pytester, saved_runs, capsys, data, wrong
):
    if data not in saved_runs:
        one_fails("--benchmark-save=run", *CONFIDENCE, *data)
        saved_runs[data] = only(pytester, ".benchmarks/*/*.json").read_bytes()
    path = pytester.path / "0001_run.json"
    path.write_bytes(saved_runs[data])

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
