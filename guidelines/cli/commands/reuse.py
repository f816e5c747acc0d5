"""`guidelines reuse`: the channels that a ShuffleNet v2 passes on unchanged."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from guidelines.cli.arguments import add_output, add_target
from guidelines.cli.formats import Answer
from guidelines.cli.output import show, write
from guidelines.cli.target import builder

HELP = "count the channels that a ShuffleNet v2 passes on unchanged"
DESCRIPTION = (
    "Count the channels that each block of a ShuffleNet v2 passes unchanged to later ones, beside the "
    "paper's formula."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_target(parser)
    parser.add_argument(
        "--picture", type=Path, metavar="PATH", help="write a picture as SVG, too; needs the extra `plot`"
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Show the number of channels that blocks of a ShuffleNet v2 pass unchanged to later ones."""
    from guidelines.measure.profile.reuse import feature_reuse
    from guidelines.report.pictures import reuse as picture
    from guidelines.report.pictures.page import to_svg
    from guidelines.report.subjects import reuse as report

    with builder(options.target) as build:
        stages = feature_reuse(build().eval())
    shown = (options.target, stages)
    if options.picture:
        write(options.picture, to_svg(picture.page(*shown), "reuse").encode())
    show(Answer("reuse", report.document(*shown), report.records(*shown)), options)
    return 0
