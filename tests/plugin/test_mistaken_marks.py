import pytest

pytest_plugins = "pytester"

BEGINNING = """
    import pytest
    from functools import partial
    from guidelines import Setup, Sweep
    from guidelines.networks import blocks

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(8, g) for g in (1, 2)))

    def listed(condition):
        return list(sweeps(condition))

    class Sweeps:
        def __init__(self, condition):
            self.condition = condition
"""
RIGHT = "write @pytest.mark.guideline(sweeps=...)"
IN_VAIN = "sweeps must be a function of the condition that yields Sweep objects, got "


@pytest.fixture
def mistake(suite):
    """The line that pytest prints for a mark in place of any test."""

    def mistake(mark, test="def test_g5(measure): measure()"):
        experiment = f"{BEGINNING}\n    {mark}\n    {test}\n"
        result = suite("--collect-only", "-q", experiment=experiment)
        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert not any("Error" in line or "Traceback" in line for line in result.outlines)
        (line,) = [line for line in result.outlines if line.startswith("test_small.py")]
        return line.removeprefix("test_small.py::test_g5: ")

    return mistake


@pytest.mark.parametrize("function", ["sweeps", "listed", "Sweeps"])
def test_sweeps_without_a_name_are_told_the_right_spelling(mistake, function):
    assert mistake(f"@pytest.mark.guideline({function})") == (
        f"test_small.py: guideline({function}) marks {function} instead of the test: write "
        f"@pytest.mark.guideline(sweeps={function})"
    )


def test_sweeps_of_another_module_are_told_it_too(pytester, suite):
    pytester.makepyfile(others=BEGINNING)
    experiment = """
        import pytest
        import others

        @pytest.mark.guideline(others.sweeps)
        def test_g5(measure): measure()
    """
    result = suite("--collect-only", "-q", experiment=experiment)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "test_small.py: guideline(sweeps) marks sweeps instead of the test: write "
            "@pytest.mark.guideline(sweeps=sweeps)"
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("", f"{RIGHT}: sweeps is missing"),
        ("lambda condition: []", f"{RIGHT}: arguments need their names, got a function without one"),
        ("partial(sweeps)", f"{RIGHT}: arguments need their names, got a partial without one"),
        ("'G5'", f"{RIGHT}: arguments need their names, got 'G5' without one"),
        ("sweeps, Setup()", f"{RIGHT}: arguments need their names, got a function without one"),
        ("sweep=sweeps", f"{RIGHT}: it has no argument sweep; possible: sweeps, setup, on_request"),
        ("setup=Setup()", f"{RIGHT}: sweeps is missing"),
        ("sweeps=None", f"{IN_VAIN}None"),
        ("sweeps='sweeps'", f"{IN_VAIN}'sweeps'"),
        ("sweeps=[1]", f"{IN_VAIN}[1]"),
        ("sweeps=sweeps(None)", f"{IN_VAIN}a generator"),
        ("sweeps=sweeps, setup=56", "setup must be a Setup such as Setup(image_sizes=(56,)), got 56"),
        ("sweeps=sweeps, on_request=12", 'on_request must be a text such as "12 minutes", got 12'),
        ("sweeps=sweeps, on_request=True", 'on_request must be a text such as "12 minutes", got True'),
    ],
)
def test_a_wrong_argument_is_one_line(mistake, arguments, line):
    assert mistake(f"@pytest.mark.guideline({arguments})") == line


def test_a_mark_without_parentheses_is_one_line(mistake):
    assert mistake("@pytest.mark.guideline") == f"{RIGHT}: sweeps is missing"


def test_a_test_that_does_not_take_measure_is_one_line(mistake):
    line = mistake("@pytest.mark.guideline(sweeps=sweeps)", "def test_g5(): pass")
    assert line == f"{RIGHT} and use `measure`: the test does not take it"


@pytest.mark.parametrize("function", ["sweeps", "listed"])
def test_sweeps_by_their_name_are_taken(suite, function):
    experiment = f"""{BEGINNING}
    @pytest.mark.guideline(sweeps={function})
    def test_g5(measure): measure()

    @pytest.fixture
    def other(): pass

    test_numbers = (number for number in ())
    """
    assert suite("--collect-only", "-q", experiment=experiment).parseoutcomes()["tests"] == 2
