"""`guidelines networks`: the networks of this suite beside Table 8."""

from argparse import ArgumentParser, Namespace

from guidelines.cli.arguments import add_output
from guidelines.cli.formats import Answer
from guidelines.cli.output import show

HELP = "list this suite's networks beside the paper's Table 8"
DESCRIPTION = (
    "List the networks of this suite with their cost, and the networks of the paper's Table 8 that it lacks."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_output(parser)


def run(options: Namespace) -> int:
    """Show the cost of every network of the suite, and the paper's networks that it lacks."""
    from guidelines.networks.catalogue import catalogue
    from guidelines.paper.tables import network_rows
    from guidelines.report.subjects import networks as report

    known = catalogue()
    show(Answer("networks", report.document(known, network_rows()), report.records(known)), options)
    return 0
