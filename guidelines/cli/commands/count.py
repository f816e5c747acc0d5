"""`guidelines count`: the cost of a network, layer by layer."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from guidelines.cli.arguments import add_input, add_output, add_target
from guidelines.cli.formats import Answer
from guidelines.cli.output import show
from guidelines.cli.target import builder

HELP = "count multiply-adds, memory access and parameters of a network"
DESCRIPTION = (
    "Count the multiply-adds, memory access, parameters and operators of one call of a network, layer by "
    "layer."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_target(parser)
    add_input(parser)
    parser.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        default="1",
        help="show layers down to this depth; deeper ones are counted with the layer around them "
        "(default: %(default)s)",
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Show the cost of a target, layer by layer."""
    from guidelines.networks.cost.count import count
    from guidelines.report.subjects import cost as report

    with builder(options.target) as build:
        cost = count(build, options.input)
    layers = cost.to_depth(options.depth)
    shown = (options.target, options.input, cost, layers)
    show(Answer("count", report.document(*shown), report.records(*shown)), options)
    return 0


def _depth(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,2}", text):
        raise ArgumentTypeError(f"{text!r} is no depth from 1 to 999")
    return int(text)
