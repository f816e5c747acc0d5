import pytest

pytest_plugins = "pytester"

MODULE = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Setup, Sweep

    SETUP = Setup(image_sizes=(2, 3), cpu_batch_sizes=(4,))

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(8, g) for g in (1, 2)))

    @pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="a minute")
    def test_long(measure):
        measure()
"""


@pytest.fixture
def suite(pytester, quick):
    """A folder with an experiment that runs on request only, and a test of another kind."""
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    pytester.makepyfile(test_long=MODULE, test_other="def test_other(): pass")
    return lambda *arguments: pytester.runpytest("--device=cpu", "--benchmark-disable", *arguments)


def test_what_takes_long_is_left_out_and_named(suite):
    result = suite()
    result.assert_outcomes(passed=1, deselected=4)
    result.stdout.fnmatch_lines(["on request only: pytest test_long.py --benchmark-only (a minute)"])


@pytest.mark.parametrize("argument", ["test_long.py", "test_long.py::test_long", "./test_long.py"])
def test_it_runs_if_its_file_is_named(suite, argument):
    result = suite(argument)
    result.assert_outcomes(passed=4)
    result.stdout.no_fnmatch_line("on request only*")


def test_an_experiment_has_sizes_of_its_own_that_the_command_overrides(suite):
    own = suite("test_long.py", "--collect-only", "-q")
    own.stdout.fnmatch_lines(["*cpu-b4-2px-x1-1group*", "*cpu-b4-3px-x1-1group*"])
    asked = suite("test_long.py", "--collect-only", "-q", "--image-size=7", "--batch-size=2")
    asked.stdout.fnmatch_lines(["*cpu-b2-7px-x1-1group*"])
    asked.stdout.no_fnmatch_line("*b4*")
