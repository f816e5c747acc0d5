import os
import subprocess
import sys

import pytest

PROGRAM = "import sys; sys.argv = ['guidelines']; from guidelines.cli.main import main; sys.exit(main())"
# Fails if the program imports a module that takes long.
LIGHT = f"import sys; sys.modules.update(torch=None, numpy=None, pytest=None); {PROGRAM}"


def started(program, **variables):
    """Run a program as a shell does that asks argcomplete."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def completed(tmp_path):
    """What a shell offers for a line that is being typed."""
    pytest.importorskip("argcomplete")

    def offered(line):
        answer = tmp_path / "answer"
        asked = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
        done = started(LIGHT, _ARGCOMPLETE="1", _ARGCOMPLETE_STDOUT_FILENAME=str(answer), **asked)
        assert (done.returncode, done.stdout) == (0, "")
        return [word.strip() for word in answer.read_text().splitlines()]

    return offered


def test_commands_are_completed_without_importing_torch(completed):
    assert completed("guidelines rep") == ["report"]
    assert {"run", "doctor", "report", "compare"} <= set(completed("guidelines "))


def test_options_of_a_command_and_their_values_are_completed(completed):
    assert completed("guidelines compare --fail") == ["--fail-on"]
    assert {"--format", "--output", "--depth"} <= set(completed("guidelines count --"))
    assert completed("guidelines report --format mark") == ["markdown"]


def test_without_argcomplete_a_shell_gets_the_list_of_commands_as_ever():
    missing = f"import sys; sys.modules['argcomplete'] = None; {PROGRAM}"
    asked, plain = started(missing, _ARGCOMPLETE="1"), started(PROGRAM)
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, plain.stdout, "")


def test_a_usual_start_does_not_import_argcomplete():
    checked = f"import atexit, sys; atexit.register(lambda: print('argcomplete' in sys.modules)); {PROGRAM}"
    assert started(checked).stdout.splitlines()[-1] == "False"
