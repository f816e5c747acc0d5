import pytest
from inner_experiments import SMALL

from guidelines.report.document import ANSWER_TITLE

pytest_plugins = "pytester"
OTHER = (
    SMALL
    + """
    def test_another(benchmark):
        benchmark(sum, [1, 2])
"""
)
RUN = ("--benchmark-only", "-k", "x1 or another")


def test_our_tests_are_not_in_the_tables_of_pytest_benchmark(suite):
    result = suite(*RUN)
    result.assert_outcomes(passed=3, deselected=3)
    result.stdout.no_fnmatch_line("*Name (time in*")
    result.stdout.no_fnmatch_line("Legend:")


@pytest.mark.parametrize(
    "option", ["--benchmark-columns=median", "--benchmark-sort=name", "--benchmark-verbose"]
)
def test_they_are_if_an_option_asks_for_the_tables(suite, option):
    suite(*RUN, option).stdout.fnmatch_lines(["*benchmark 'G2 x1 cpu-2px': 3 tests*"])


def test_other_benchmarks_keep_their_tables(suite):
    result = suite(*RUN, experiment=OTHER)
    result.assert_outcomes(passed=4, deselected=3)
    result.stdout.fnmatch_lines(["*benchmark: 1 tests*", "test_another *"])
    result.stdout.no_fnmatch_line("test_g2[[]*")


def test_options_of_a_settings_file_do_not_ask_for_the_tables(suite, pytester):
    pytester.makeini("[pytest]\naddopts = --benchmark-columns=median")
    suite(*RUN).stdout.no_fnmatch_line("*Name (time in*")


def test_a_run_ends_with_the_answer_and_the_journal(suite):
    result = suite(*RUN)
    lines = [line for line in result.outlines if line]
    at = lines.index(ANSWER_TITLE)
    assert lines[at + 1].startswith("G2 cpu  ")
    *rest, journal, end = lines[at + 2 :]
    assert all(line.startswith("     ") for line in rest)
    assert journal.startswith("journal: ")
    assert end.startswith("=")
    assert lines.count(ANSWER_TITLE) == 1


def test_pytests_choice_of_colours_is_that_of_the_answer(suite):
    plain, coloured = (suite(*RUN, f"--color={choice}").stdout.str() for choice in ("no", "yes"))
    assert (
        "\x1b[33mundecided\x1b[0m" in coloured or "\x1b[32mholds\x1b[0m" in coloured or "\x1b[31m" in coloured
    )
    assert "\x1b[" not in plain
