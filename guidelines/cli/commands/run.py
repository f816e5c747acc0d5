"""`guidelines run`: measure the experiments that come with the suite."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from itertools import pairwise

from guidelines.cli.arguments import pass_to_pytest
from guidelines.cli.experiments import NAMES, for_pytest
from guidelines.cli.output import CommandError

HELP = "measure the guidelines; --benchmark-json FILE saves a run"
DESCRIPTION = (
    f"Measure experiments: any of {NAMES}, or files of your own; without any, G1 to G4. All other "
    "arguments are pytest's, such as -k x1, --mode eager,compile, --benchmark-json a.json, --resume: `pytest "
    "--help` lists them under `conditions of the guideline experiments` and `benchmark`. Results and "
    "journals are written to the current folder. Settings of a project around it, such as a pytest.ini, are "
    "ignored. The exit status is pytest's."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add no argument: all are for pytest."""
    pass_to_pytest(parser, "run")


def run(options: Namespace) -> int:
    """Run pytest on the chosen experiments; returns its exit status."""
    from guidelines.results.libraries import lacking

    if sentence := lacking():
        raise CommandError(sentence)
    import pytest

    from guidelines.cli.usage import Marked, plugins

    _check_no_report(options.pytest_arguments)
    arguments, marked = for_pytest(options.pytest_arguments), Marked()
    try:
        status = int(pytest.main(arguments, plugins=[*plugins(), marked]))
    except BrokenPipeError:  # a reader such as `head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(pytest.ExitCode.INTERRUPTED)
    if marked.problem and status == pytest.ExitCode.OK:
        raise CommandError(marked.problem)
    return status


def _check_no_report(arguments: Sequence[str]) -> None:
    """Raise CommandError for -o FILE, which other commands have; pytest's own -o sets NAME=VALUE."""
    for option, value in pairwise([*arguments, ""]):
        is_output = option == "-o" and "=" not in value
        if is_output or option.partition("=")[0] == "--output":
            raise CommandError(
                f"{option}: a run is reported afterwards: `guidelines run --benchmark-json run.json`, "
                "then `guidelines report run.json -o report.html`"
            )
