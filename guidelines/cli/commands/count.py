"""`guidelines count`: the cost of a network, layer by layer."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from guidelines.cli.arguments import add_input, add_output, add_target, inputs
from guidelines.cli.formats import Answer
from guidelines.cli.output import show
from guidelines.cli.target import builder, sources

HELP = "count a network's multiply-adds and memory access"
DESCRIPTION = (
    "Count the multiply-adds, memory access (elements read and written), parameters and operators of one "
    "call of a network, layer by layer, then operator by operator."
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
        help="show layers down to this depth of nesting; deeper ones count with the layer around them; 0 "
        "shows the total alone (default: %(default)s)",
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Show the cost of a target, layer by layer."""
    from guidelines.networks.cost.count import count
    from guidelines.report.subjects import cost as report

    with builder(options.target) as build:
        cost = count(build, *inputs(options))
    layers = cost.to_depth(options.depth) if options.depth else ()  # the total is all of it
    shown = (options.target, inputs(options), cost, layers)
    answer = Answer(
        kind="count",
        document=report.document(*shown),
        records=report.records(*shown),
        facts=report.operator_facts(cost),
    )
    show(answer, options, sources(options.target))
    return 0


def _depth(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text):
        raise ArgumentTypeError(f"{text!r} is no depth from 0 to 999")
    return int(text)
