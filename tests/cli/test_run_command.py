import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig

from guidelines.cli import experiments
from guidelines.cli.main import main
from guidelines.results.libraries import PACKAGES

ROOT = Path(__file__).parents[2]


@dataclass
class Asked:
    arguments: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What `guidelines run` asks of pytest, which ends with status 5, and the files that it would collect."""
    log = Asked()

    def pytest_main(arguments, plugins):
        config = _prepareconfig(arguments, plugins)
        config._ensure_unconfigure()
        log.arguments, log.files = arguments, config.args
        return pytest.ExitCode.NO_TESTS_COLLECTED

    monkeypatch.setattr("pytest.main", pytest_main)
    monkeypatch.chdir(tmp_path)
    return log


FOUR = [
    "test_g1_channel_ratio.py",
    "test_g2_group_count.py",
    "test_g3_fragmentation.py",
    "test_g4_elementwise.py",
]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], FOUR),
        (["G2"], FOUR[1:2]),
        (["g4", "G1"], [FOUR[3], FOUR[0]]),
        (["networks", "units"], ["test_networks.py", "test_units.py"]),
        (["-k", "g2"], FOUR),
        (["--mode", "compile"], FOUR),
        (["-x", "G2"], FOUR[1:2]),
        (["-k", "x1", "G2"], FOUR[1:2]),
        (["--mode", "eager", "G2"], FOUR[1:2]),
        (["G2", "--mode", "eager", "G4"], [FOUR[1], FOUR[3]]),
        (["--mode=eager", "G2", "--benchmark-json", "g4", "units"], [FOUR[1], "test_units.py"]),
    ],
)
def test_experiments_are_chosen_by_their_names(asked, words, named):
    assert main(["run", *words]) == 5
    assert [Path(file).name for file in asked.files] == named
    assert all(Path(file).is_file() for file in asked.files)


def test_other_arguments_are_pytests(asked):
    main(["run", "G2", "-k", "x1", "--benchmark-json", "a.json"])
    assert asked.arguments[-4:] == ["-k", "x1", "--benchmark-json", "a.json"]


def test_a_file_of_ones_own_is_run_in_place_of_them(asked, tmp_path):
    (tmp_path / "test_mine.py").touch()
    for words in (["test_mine.py::test_mine", "-x"], ["-x", "--device", "cpu", "test_mine.py::test_mine"]):
        main(["run", *words])
        assert asked.arguments[-len(words) :] == words
        assert asked.files == ["test_mine.py::test_mine"]


def test_an_unknown_experiment_names_the_near_one(asked, capsys):
    assert main(["run", "unit"]) == 2
    assert capsys.readouterr().err == (
        "guidelines: unit: no such experiment or file; did you mean units?; possible: G1 G2 G3 G4 networks "
        "units, or files of your own\n"
    )
    assert main(["run", "-x", "unit"]) == 2
    assert capsys.readouterr().err.startswith("guidelines: unit: no such experiment or file; ")
    assert not asked.files


def test_an_empty_name_is_not_the_current_folder(asked, capsys):
    for words in ([""], ["-x", "", "G2"]):
        assert main(["run", *words]) == 2
        assert capsys.readouterr().err.startswith("guidelines: '': no such experiment or file; possible: G1 ")
    assert not asked.files


def test_doctor_finds_names_behind_options_and_refuses_others(capsys):
    assert main(["doctor", "--device", "cpu", "G2", "-k", "nothing"]) == 2
    assert capsys.readouterr().err == "guidelines: no guideline would be measured with these arguments\n"
    assert main(["doctor", "--device", "cpu", "unit"]) == 2
    assert capsys.readouterr().err.startswith("guidelines: unit: no such experiment or file; ")


def test_a_run_keeps_to_the_folder_it_is_started_in(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    command = [sys.executable, "-m", "guidelines", "run", "G2", "-k", "x1 and 8groups"]
    options = ["--device=cpu", "--image-size=4", "--benchmark-max-time=0.01", "--passes=2", "-q"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "G2 x1" in done.stdout
    assert "Warning" not in done.stdout
    assert {path.name for path in tmp_path.iterdir()} <= {"pytest.ini", ".guidelines", ".benchmarks"}
    assert len(list(tmp_path.glob(".guidelines/*.jsonl"))) == 1


def test_no_file_of_settings_is_named_unless_one_is_given(tmp_path):
    def header(*options):
        done = run_here(tmp_path, "run", "G2", "--device=cpu", "--collect-only", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith(("rootdir", "configfile"))]

    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "mine.ini").write_text("[pytest]\n")
    assert header() == [f"rootdir: {tmp_path}"]
    assert header("-c", "mine.ini") == [f"rootdir: {tmp_path}", "configfile: mine.ini"]


def run_here(tmp_path, *arguments):
    command = [sys.executable, "-m", "guidelines", *arguments]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--benchmark-jsn", "a"], "--benchmark-jsn: no such option; did you mean --benchmark-json?; "),
        (["--mdoe=eager"], "--mdoe: no such option; did you mean --mode?; "),
        (["--passes=x"], "argument --passes: 'x' is not a positive integer"),
        (["-k"], "argument -k: expected one argument"),
    ],
)
def test_a_wrong_argument_of_pytest_is_one_line(tmp_path, arguments, line):
    done = run_here(tmp_path, "run", *arguments)
    assert (done.returncode, done.stdout) == (4, "")
    said = line + "`pytest --help` lists them" if line.endswith("; ") else line
    assert done.stderr.strip() == f"ERROR: {said}"


def test_doctor_names_the_near_option_too(tmp_path):
    done = run_here(tmp_path, "doctor", "--mdoe", "eager")
    assert done.returncode == 2
    assert done.stderr.startswith("guidelines: --mdoe: no such option; did you mean --mode?; ")


@pytest.mark.parametrize("words", [["-o", "x.pdf"], ["--output=x.pdf"], ["G2", "--output", "x.html"]])
def test_a_report_is_made_afterwards(asked, capsys, words):
    assert main(["run", *words]) == 2
    assert capsys.readouterr().err.endswith(
        ": a run is reported afterwards: `guidelines run --benchmark-json run.json`, then `guidelines report "
        "run.json -o report.html`\n"
    )
    assert not asked.files
    assert main(["run", "-o", "addopts=-x"]) == 5


def test_tests_that_measure_nothing_are_an_error(tmp_path):
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n")
    done = run_here(tmp_path, "run", "test_mine.py")
    assert done.returncode == 2
    assert done.stderr == (
        "guidelines: test_mine.py::test_mine: nothing was measured; mark the test "
        "@pytest.mark.guideline(sweeps=...), let it take `measure` and call measure()\n"
    )


def test_ctrl_c_while_the_program_is_imported_is_one_line(tmp_path):
    code = (
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'guidelines.cli.commands': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from guidelines.__main__ import main\n"
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "guidelines: interrupted\n")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"guidelines": "guidelines.__main__:main"}


def test_every_experiment_travels_in_the_wheel_and_no_recorded_run():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    experiment_files = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("experiments/*.py"))]
    assert sorted(included) == experiment_files
    assert all(included[path] == f"guidelines/{path}" for path in experiment_files)


def test_experiments_of_a_wheel_stand_in_the_package(tmp_path, monkeypatch):
    package = tmp_path / "guidelines"
    monkeypatch.setattr(experiments, "__file__", str(package / "cli" / "experiments.py"))
    assert experiments.folder() == tmp_path / "experiments"
    (package / "experiments").mkdir(parents=True)
    assert experiments.folder() == package / "experiments"


def test_the_libraries_that_are_looked_for_are_the_required_ones():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    required = [requirement.partition(">")[0] for requirement in project["dependencies"]]
    assert sorted(required) == sorted(PACKAGES.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("doctor", "--device", "cpu"),
        ("count", "resnet18"),
        ("decompose", "resnet18"),
        ("reuse", "shufflenet_v2_x1_0"),
    ],
)
def test_without_torch_every_command_says_what_it_lacks(tmp_path, arguments):
    code = (
        "import importlib.util as u, sys\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch': raise ModuleNotFoundError('No module named torch', name='torch')\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from guidelines.cli.main import main\n"
        f"sys.exit(main({list(arguments)}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "guidelines: torch is not installed: pip install torch, or the build for your device from "
        "https://pytorch.org\n"
    )
