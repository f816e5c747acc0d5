import json
import sys

import pytest
import torch
from inner_experiments import SMALL

from guidelines.analysis.measured import results_of
from guidelines.measure.monitor.processors import Processors
from guidelines.plugin import conditions
from guidelines.results.files import load

pytest_plugins = "pytester"


@pytest.fixture
def saved(pytester):
    return pytester.path / "run.json"


def test_ids_are_readable_and_k_can_match_them(suite):
    result = suite("--image-size=56", "--collect-only", "-q", "-k", "x2 and g4")
    result.stdout.fnmatch_lines(["test_small.py::test_g2[[]cpu-x2-g4[]]"])
    result.assert_outcomes(deselected=5)


def test_every_combination_of_conditions_is_its_own_set_of_sweeps(suite, monkeypatch):
    lists = ("--dtype=float32,bfloat16", "--layout=nchw,nhwc", "--batch-size=1,2", "--threads=1,2")
    monkeypatch.setattr(conditions, "processors", lambda: Processors(installed=2))
    result = suite("--collect-only", "-q", *lists)
    result.assert_outcomes()
    assert result.parseoutcomes()["tests"] == 6 * 16
    result.stdout.fnmatch_lines(["*[[]cpu-bfloat16-nhwc-b2-2px-t2-x1-g1[]]"])


def test_a_run_prints_the_tables_and_saves_what_it_prints(suite, saved):
    result = suite("--benchmark-only", "--benchmark-max-time=0.01", f"--benchmark-json={saved}")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["*G2 x1 cpu-2px: up to 0.03 s ... * rounds: g=2 *x, g=4 *x"])
    result.stdout.fnmatch_lines(["G2 a claim (paper: Table 2, ARM)", "G2 x1 *"])
    run = load(saved, 10**7)
    assert [entry.place.variant for entry in run.entries] == ["g=1", "g=2", "g=4"] * 2
    assert all(len(entry.samples_s) == len(entry.baseline_samples_s) >= 12 for entry in run.entries)


def test_the_file_holds_what_the_figures_depend_on(suite, saved):
    suite("--benchmark-only", f"--benchmark-json={saved}", "--seed=5", "-k", "x1")
    content = json.loads(saved.read_text(), parse_constant=pytest.fail)
    machine = content["machine_info"]["guidelines"]
    assert machine["torch"] == str(torch.__version__)
    assert machine["devices"].keys() == {"cpu"}
    benchmark = content["benchmarks"][0]
    assert benchmark["options"]["timer"] == "recorded_clock"
    assert benchmark["params"] == {"measure": "cpu-2px-x1-g1"}
    assert benchmark["extra_info"]["guidelines"]["seed"] == 5
    assert "UNSERIALIZABLE" not in saved.read_text()


def test_samples_reach_pytest_benchmark_to_the_last_digit(suite, saved):
    suite("--benchmark-only", f"--benchmark-json={saved}", "-k", "g4 and x1")
    benchmark = json.loads(saved.read_text())["benchmarks"][0]
    info, data = benchmark["extra_info"]["guidelines"], benchmark["stats"]["data"]
    measured = results_of(load(saved, 10**7)).measured[0]
    assert measured.slowdown(info["slowdown"]["confidence"]).estimate == info["slowdown"]["estimate"]
    assert len(data) == info["slowdown"]["rounds"] == len(info["control_samples_s"])


def test_a_selection_is_measured_with_its_baseline_and_nothing_else(suite, monkeypatch):
    from guidelines.measure import sweep

    prepared = set()
    original = sweep.Rounds

    def noting(builders, **named):
        prepared.update(builders)
        return original(builders, **named)

    monkeypatch.setattr(sweep, "Rounds", noting)
    suite("--benchmark-only", "test_small.py::test_g2[cpu-2px-x2-g4]").assert_outcomes(passed=1)
    assert prepared == {"g1", "g4", sweep.CONTROL}


def test_disabled_benchmarks_run_every_network_once(suite):
    result = suite("--benchmark-disable", "-W", "error")
    result.assert_outcomes(passed=6)
    assert "up to" not in result.stdout.str()


def test_progress_is_visible_while_output_is_captured(pytester):
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    pytester.makepyfile(test_small=SMALL)
    command = (sys.executable, "-m", "pytest", "--device=cpu", "--passes=1")
    result = pytester.run(*command, "--benchmark-max-time=0.01", "-k", "x1")
    result.stdout.fnmatch_lines(["  G2 x1 cpu: up to 0.03 s ... * rounds: g=2 *x, g=4 *x"])


def test_a_mark_without_sweeps_is_named(suite):
    experiment = """
        import pytest
        @pytest.mark.guideline(sweep=1)
        def test_marked(measure): measure()
    """
    result = suite("--benchmark-only", experiment=experiment)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*test_marked: write @pytest.mark.guideline(sweeps=...)*"])
    result.stdout.no_fnmatch_line("*Error*")


def test_an_id_that_pytest_cannot_match_is_one_line(suite):
    experiment = """
        import pytest
        from guidelines import Conv, Stack, Sweep, Variant
        def sweeps(condition):
            yield Sweep("G5", "claim", "x1", (Variant("3 x3", "a", (1,), Stack((Conv(1, 1),)), list),))
        @pytest.mark.guideline(sweeps=sweeps)
        def test_g5(measure): measure()
    """
    result = suite("--benchmark-only", experiment=experiment)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["variant id '3 x3': use letters, digits and _ : . + / - only"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*Error*")


def test_measure_without_the_mark_is_named(suite):
    result = suite("--benchmark-only", experiment="def test_unmarked(measure): measure()")
    result.stdout.fnmatch_lines(["*`measure` needs the mark @pytest.mark.guideline(sweeps=...)*"])


def test_the_batch_that_auto_finds_stands_in_the_results_and_auto_in_the_ids(suite, saved):
    result = suite("--collect-only", "-q", "--batch-size=auto", "-k", "x1 and g4")
    result.stdout.fnmatch_lines(["*[[]cpu-bauto-2px-x1-g4[]]"])
    suite("--benchmark-only", f"--benchmark-json={saved}", "--batch-size=auto", "-k", "x1").assert_outcomes(
        passed=3, deselected=3
    )
    assert {entry.place.condition.batch_size for entry in load(saved, 10**7).entries} == {1}


def test_a_batch_found_twice_is_a_usage_error(suite):
    result = suite("--benchmark-only", "--batch-size=1,auto")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --batch-size auto: the batch for cpu is 1, which is in the list as well"]
    )


def test_skipped_benchmarks_measure_nothing(suite):
    suite("--benchmark-skip").assert_outcomes(skipped=6)


FAILING = """
    import pytest
    import torch
    from guidelines.networks import blocks
    from guidelines import Conv, Stack, Sweep, Variant

    def build():
        conv = torch.nn.Conv2d(4, 4, 1, bias=False)
        if conv.weight.device.type != "meta":
            raise RuntimeError("out of memory")
        return conv

    def sweeps(condition):
        good = blocks.group_convolution(4, 1), blocks.group_convolution(8, 4)
        bad = Variant("bad", "bad", (4,), Stack((Conv(4, 4),)), build)
        yield Sweep("G8", "one variant fails", "x1", (good[0], bad, good[1]))
        yield Sweep("G9", "the baseline fails", "x2", (bad, good[1]))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_failing(measure):
        measure()
"""


def test_a_failed_variant_is_in_the_table_and_the_file_and_the_rest_goes_on(suite, saved):
    result = suite("--benchmark-only", f"--benchmark-json={saved}", experiment=FAILING)
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(
        [
            "bad: RuntimeError: out of memory",
            "* bad *failed*",
            "x1 bad failed: RuntimeError: out of memory",
            "G9 x2 no verdict: g=4 was not measured",
            "x2 g=4 failed: its baseline bad failed: RuntimeError: out of memory",
        ]
    )
    assert "was not used" not in result.stdout.str()
    run = load(saved, 10**7)
    assert [entry.place.variant for entry in run.entries] == ["g=1", "g=4"]
    assert [failure.place.variant for failure in run.failures] == ["bad", "bad", "g=4"]


def test_pytest_benchmark_compares_two_of_our_files(suite, pytester):
    for name in ("a.json", "b.json"):
        suite("--benchmark-only", "-q", f"--benchmark-json={name}", "-k", "x1")
    result = pytester.run(sys.executable, "-m", "pytest_benchmark", "compare", "a.json", "b.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*test_g2[[]cpu-2px-x1-g4[]]*"])


def test_two_runs_on_one_machine_have_equal_machine_info(suite, pytester):
    suite("--benchmark-only", "--benchmark-save=first", "-k", "x1")
    result = suite("--benchmark-only", "--benchmark-compare", "-k", "x1")
    assert "machine_info is different" not in result.stdout.str() + result.stderr.str()


def test_both_kinds_of_file_are_saved_in_one_run(suite, saved, pytester):
    arguments = (f"--benchmark-json={saved}", "--benchmark-save=twice", "-k", "x1")
    suite("--benchmark-only", *arguments).assert_outcomes(passed=3, deselected=3)
    (autosaved,) = pytester.path.glob(".benchmarks/*/*_twice.json")
    assert load(autosaved, 10**7).entries[0].samples_s == ()
    assert len(load(saved, 10**7).entries) == len(load(autosaved, 10**7).entries) == 3


def test_profiling_the_replay_is_refused(suite):
    result = suite("--benchmark-cprofile=cumtime")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --benchmark-cprofile would profile the replay*"])


@pytest.mark.cuda
def test_cuda_runs_and_saves(suite, saved):
    suite("--benchmark-only", "--device=cuda", f"--benchmark-json={saved}").assert_outcomes(passed=12)
    assert load(saved, 10**7).entries[0].place.condition.device == "cuda:0"


@pytest.mark.cuda
def test_a_cuda_device_is_measured_eagerly_and_as_a_graph_unless_modes_are_asked_for(suite, saved):
    suite("--benchmark-only", "--device=cuda", f"--benchmark-json={saved}", "-k", "x1").assert_outcomes(
        passed=6, deselected=6
    )
    conditions = {entry.place.condition for entry in load(saved, 10**7).entries}
    assert {(c.mode, c.cudnn) for c in conditions} == {("eager", "heuristic"), ("cudagraph", "heuristic")}


@pytest.mark.cuda
def test_cuda_runs_with_the_autotuner_and_automatic_batches_and_goes_on_with_them(suite, saved):
    arguments = ("--device=cuda", "--mode=eager", "--cudnn=autotune", "--batch-size=auto")
    result = suite("--benchmark-only", *arguments, f"--benchmark-json={saved}")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["--batch-size auto: G2 x1 cuda:0-bauto-2px-autotune: *"])
    result.stdout.fnmatch_lines(
        ["cuda:0 (*), float32, nchw, eager, batch auto, *, cuDNN autotune", "x1: batch *"]
    )
    assert {entry.place.condition.is_auto_batch for entry in load(saved, 10**7).entries} == {True}
