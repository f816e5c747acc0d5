"""`guidelines doctor`: check if a run on this machine would be spoiled."""

import shutil
from argparse import ArgumentParser, Namespace

from guidelines.cli.arguments import pass_to_pytest
from guidelines.cli.experiments import for_pytest
from guidelines.cli.output import CommandError, say

HELP = "check in half a minute what would spoil a run"
DESCRIPTION = (
    "Check what would spoil the run that `guidelines run` would do with the same arguments (without any, "
    "G1 to G4): threads, clocks, load, memory and noise, each with a figure and a remedy. The exit status "
    "is 1 if anything would spoil it."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add no argument: all are for pytest."""
    pass_to_pytest(parser, "doctor")


def run(options: Namespace) -> int:
    """Print a line for each check; returns 1 if something would spoil a run, else 0."""
    from guidelines.cli.usage import plugins
    from guidelines.measure.doctor import examine
    from guidelines.plugin.dry_run import CollectError, collect
    from guidelines.report.subjects import doctor as report

    try:
        cases, limits = collect(for_pytest(options.pytest_arguments), plugins())
    except CollectError as error:
        raise CommandError(str(error)) from error
    is_spoiled = False
    width = shutil.get_terminal_size().columns
    for finding in examine(cases, limits):
        is_spoiled = is_spoiled or bool(finding.remedy)
        say(report.line(finding.check, finding.figure, finding.remedy, width))
    return int(is_spoiled)
