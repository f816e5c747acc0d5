"""Runs of pytest that know the suite by its entry point alone."""

import sys
import tomllib
from pathlib import Path

import pytest
from inner_experiments import SMALL

pytest_plugins = "pytester"

ROOT = Path(__file__).parents[2]
ENTRY = "guidelines.plugin.entry"
LIGHT = [
    "guidelines",
    "guidelines.plugin",
    "guidelines.plugin.entry",
    "guidelines.results",
    "guidelines.results.libraries",
]
OF_OTHERS = f"""
    import sys

    def test_other(benchmark, request):
        assert "torch" not in sys.modules
        assert sorted(name for name in sys.modules if name.split(".")[0] == "guidelines") == {LIGHT}
        assert not hasattr(request.config.option, "seed")
        benchmark.pedantic(list, rounds=3)
        assert benchmark._max_time == 1
"""
SHORT = ("--benchmark-max-time=0.01", "--benchmark-min-rounds=12")


@pytest.fixture
def installed(pytester):
    """Runs pytest in a process of its own as if the suite were installed: its entry point is loaded."""

    def run(*arguments):
        return pytester.run(sys.executable, "-m", "pytest", "-p", ENTRY, "-p", "no:cacheprovider", *arguments)

    return run


def test_the_entry_point_is_declared_under_the_name_of_its_module():
    # Otherwise pytest would load the module twice, by both names.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"] == {"pytest11": {ENTRY: ENTRY}}


def test_tests_of_others_stay_as_they_are_and_load_no_torch(pytester, installed):
    pytester.makepyfile(test_other=OF_OTHERS)
    result = installed("-W", "error", "--strict-markers")
    result.assert_outcomes(passed=1)
    named = [line for line in result.outlines if "guidelines" in line]
    assert all(line.startswith("plugins: ") for line in named)  # pytest's own list of what is installed


def test_a_guideline_in_another_folder_runs_in_passes(pytester, installed):
    pytester.makepyfile(test_small=SMALL)
    result = installed("--strict-markers", "--image-size=2", "--device=cpu", "--passes=2", "-k", "x1", *SHORT)
    result.assert_outcomes(passed=3, deselected=3)
    result.stdout.fnmatch_lines(["G2 x1 *: g=4 is *"])
    assert len(list(pytester.path.glob(".guidelines/*.jsonl"))) == 1


def test_a_guideline_runs_without_an_option_of_the_suite(pytester, installed):
    pytester.makepyfile(test_small=SMALL, test_unmarked="def test_a(): pass")
    result = installed("--benchmark-disable", "test_unmarked.py", "test_small.py")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*7 passed*"])


@pytest.mark.parametrize("conftest", ["", 'pytest_plugins = ["guidelines.plugin"]'])
def test_nothing_is_loaded_twice(pytester, installed, conftest):
    pytester.makeconftest(conftest)
    pytester.makepyfile(test_small=SMALL)
    for arguments in (("--markers",), ("--markers", "-p", "guidelines.plugin"), ("--markers", "--seed=1")):
        assert installed(*arguments).stdout.str().count("@pytest.mark.guideline(") == 1
    # pytest must not say that it cannot rewrite what `entry` has imported.
    strict = ("-W", "error::pytest.PytestAssertRewriteWarning")
    installed(*strict, "--benchmark-disable", "--device=cpu").assert_outcomes(passed=6)


def test_a_file_that_cannot_be_imported_is_named_and_loads_no_torch(pytester, installed):
    pytester.makepyfile(
        test_broken="import sys\nassert 'torch' not in sys.modules\nimport nothing_of_this_name"
    )
    installed().stdout.fnmatch_lines(["*nothing_of_this_name*"])


def test_help_lists_the_options_of_the_suite(installed):
    installed("--help").stdout.fnmatch_lines(
        ["conditions of the guideline experiments:", "*--retry-disturbed=N*"]
    )


def test_a_wrong_option_is_refused_before_anything_is_collected(pytester, installed):
    pytester.makepyfile(test_small=SMALL)
    assert (
        installed("--threads=999999")
        .stderr.lines[0]
        .startswith("ERROR: --threads 999999: possible are 1 to ")
    )
    assert "'tpu' is not one of auto, cpu" in installed("--device=tpu").stderr.str()
    assert "unrecognized arguments: --devise" in installed("--devise=cpu").stderr.str()


CLASH = """
    def pytest_addoption(parser):
        parser.addoption("--device", default="theirs")
        parser.addoption("--random-seed", dest="seed", type=int, default=3)
"""


@pytest.mark.parametrize("option", ["--verbose", "--device=cuda:theirs", "--random-seed=4"])
def test_options_of_others_with_the_same_names_are_theirs(pytester, installed, option):
    pytester.makeconftest(CLASH)
    pytester.makepyfile(
        "def test_a(request):\n"
        "    assert request.config.getoption('device') in ('theirs', 'cuda:theirs')\n"
        "    assert request.config.getoption('seed') in (3, 4)\n"
    )
    installed(option).assert_outcomes(passed=1)


def test_a_guideline_beside_options_of_the_same_names_is_refused_by_them(pytester, installed):
    pytester.makeconftest(CLASH)
    pytester.makepyfile(test_small=SMALL)
    result = installed()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["guidelines: another plugin or conftest.py declares --device, too"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_without_torch_a_guideline_says_what_is_lacking(pytester, installed):
    pytester.makepyfile(
        hidden="import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n",
        test_mine="import pytest\n@pytest.mark.guideline(sweeps=list)\ndef test_mine(measure): measure()",
    )
    pytester.syspathinsert()
    result = pytester.run(sys.executable, "-m", "pytest", "-p", "hidden", "-p", ENTRY)
    lacks = "guidelines: torch is not installed: pip install torch, or the build for your device from *"
    result.stdout.fnmatch_lines([lacks])
    option = pytester.run(sys.executable, "-m", "pytest", "-p", "hidden", "-p", ENTRY, "--passes=1")
    option.stderr.fnmatch_lines([f"ERROR: {lacks}"])


def test_a_test_that_takes_measure_without_the_mark_is_warned_of(pytester, installed):
    pytester.makepyfile(test_small="def test_g5(measure):\n    measure()\n")
    result = installed("--benchmark-only")
    result.assert_outcomes(skipped=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*test_small.py::test_g5: `measure` needs the mark @pytest.mark.guideline(sweeps=...)"]
    )
