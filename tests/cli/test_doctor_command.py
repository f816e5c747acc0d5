"""`guidelines doctor` collects the experiments from wherever it is started."""

import subprocess
import sys

import pytest

# The cases are printed in place of the checks, which take half a minute.
CODE = """
import sys
from guidelines.measure import doctor
from guidelines.measure.finding import Finding
names = lambda cases: " ".join(sorted({case.sweep.guideline for case in cases}))
doctor.examine = lambda cases, limits: [Finding("cases", names(cases))]
from guidelines.cli.main import main
sys.exit(main(["doctor", *sys.argv[1:]]))
"""
GUIDELINES = "G1 G2 G3 G4"


def examined(folder, *arguments):
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split(maxsplit=1)[1].strip()


@pytest.mark.parametrize(
    ("arguments", "guidelines"),
    [
        ([], GUIDELINES),
        (["--device", "cpu"], GUIDELINES),
        (["G1", "g3", "--device", "cpu"], "G1 G3"),
        (["networks", "--device=cpu"], "N T8"),
        (["tests/test_mine.py", "--device=cpu"], "G5"),
    ],
)
def test_a_project_with_tests_of_its_own_does_not_matter(tmp_path, arguments, guidelines):
    tests = tmp_path / "tests"
    tests.mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    (tests / "test_other.py").write_text("import a_library_that_is_not_installed\n")
    (tests / "test_mine.py").write_text(
        "import pytest\n"
        "from guidelines import Sweep\n"
        "from guidelines.networks import blocks\n"
        "rows = tuple(blocks.group_convolution(4 * g, g) for g in (1, 2))\n"
        "@pytest.mark.guideline(sweeps=lambda condition: [Sweep('G5', 'a claim', 'x1', rows)])\n"
        "def test_mine(measure):\n"
        "    measure()\n"
    )
    assert examined(tmp_path, *arguments) == guidelines


def test_the_root_of_the_file_system_is_a_folder_like_others():
    assert examined("/", "--device", "cpu") == GUIDELINES


def test_arguments_that_choose_nothing_are_one_line(tmp_path):
    command = [sys.executable, "-c", CODE, "G1", "-k", "nothing"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "guidelines: no guideline would be measured with these arguments\n"
