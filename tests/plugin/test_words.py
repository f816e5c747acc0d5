"""Each guideline, sweep and row of the experiments is matched by a word of its own."""

from pathlib import Path

import pytest

from guidelines.measure.case import cases
from guidelines.plugin.origin import Module
from guidelines.spec.condition import CHANNEL_RULES, Condition

pytest_plugins = "pytester"

FOLDER = Path(__file__).parents[2] / "experiments"
FILES = sorted(FOLDER.glob("test_g*.py"))
DEVICES = ("cpu", "cuda:0")


def cases_of(path):
    """Every case of an experiment, on both devices and under both rules for widths."""
    module = Module(f"words_{path.stem}", str(path))()
    conditions = [Condition(device, "", channel_rule=rule) for device in DEVICES for rule in CHANNEL_RULES]
    return list(cases(module.sweeps, conditions))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_row_is_part_of_another_row_or_of_what_stands_around_it(path):
    every = cases_of(path)
    rows = {case.variant.id for case in every}
    sweeps = {case.sweep.name for case in every}
    around = {path.stem, *sweeps, *(case.condition.id for case in every)}
    for row in rows:
        assert [name for name in rows | around if row.lower() in name.lower()] == [row]
    for sweep in sweeps:
        assert [name for name in sweeps | rows | {path.stem} if sweep in name] == [sweep]


def test_the_name_of_a_guideline_selects_it_alone():
    names = {path.stem[5:7]: [path.stem, *(case.id for case in cases_of(path))] for path in FILES}
    assert list(names) == ["g1", "g2", "g3", "g4"]
    for guideline in names:
        matched = {other for other, texts in names.items() if any(guideline in text for text in texts)}
        assert matched == {guideline}


@pytest.fixture
def collect(pytester):
    """Collects the experiments of the CPU that an expression selects."""

    def collect(expression, *arguments):
        return pytester.runpytest(
            *(str(FOLDER), "-p", "guidelines.plugin", "--device=cpu", "--rootdir", str(pytester.path)),
            *("--import-mode=importlib", "--collect-only", "-q", "-k", expression, *arguments),
        )

    return collect


def test_the_rows_of_a_selection(collect):
    def selected(expression):
        return [line.partition("::")[2] for line in collect(expression).outlines if "::" in line]

    assert selected("g2 and x1 and (1group or 8groups)") == [
        "test_g2[cpu-x1-1group]",
        "test_g2[cpu-x1-8groups]",
    ]
    assert selected("g3 and c64 and 4-fragment-parallel") == ["test_g3[cpu-c64-4-fragment-parallel]"]
    assert selected("g4 and c64 and ReLU+shortcut") == ["test_g4[cpu-c64-relu+shortcut]"]
    assert selected("g1 and x4 and (equal or 1to12)") == ["test_g1[cpu-x4-equal]", "test_g1[cpu-x4-1to12]"]


WORDS_OF_G1 = "  g1: sweeps x1 x2 x4; rows equal 1to2 1to6 1to12"
WORDS_OF_G2 = "  g2: sweeps x1 x2 x4; rows 1group 2groups 4groups 8groups"
WORDS_OF_G4 = "  g4: sweeps c32 c64 c128; rows relu+shortcut no-shortcut no-relu neither"


@pytest.mark.parametrize("expression", ["g9", "1:2", "g1 and 8groups"])
def test_a_selection_of_nothing_names_the_words(collect, expression):
    result = collect(expression)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines([f"-k '{expression}' matches no test", "words of*", WORDS_OF_G1, WORDS_OF_G2])
    assert WORDS_OF_G4 in result.outlines


def test_an_expression_that_cannot_be_read_names_the_words(collect):
    result = collect("g=2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Wrong expression passed to '-k': g=2: *", WORDS_OF_G1, WORDS_OF_G2])


def test_a_selection_of_something_names_no_words(collect):
    assert "words of" not in collect("g1").stdout.str()
