"""`guidelines reuse`: the channels that a ShuffleNet v2 passes on unchanged."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from guidelines.cli.arguments import add_output, add_target
from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, check_not_read, show, write
from guidelines.cli.target import builder, sources

HELP = "count channels that a ShuffleNet v2 passes on unchanged"
DESCRIPTION = (
    "Count the channels that each block of a ShuffleNet v2, such as shufflenet_v2_x1_0, passes unchanged to "
    "later ones, beside the paper's formula."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_target(parser)
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="PATH",
        help="write a picture as SVG, too; needs matplotlib (the extra `plot`)",
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
    shown, read = (options.target, stages), sources(options.target)
    if options.picture:
        if options.output and os.path.realpath(options.output) == os.path.realpath(options.picture):
            raise CommandError(f"--picture and -o are the same file: {options.picture}")
        check_not_read([options.picture], read)
        write(options.picture, to_svg(picture.page(*shown), "reuse").encode())
    answer = Answer("reuse", report.document(*shown), report.records(*shown))
    show(answer, options, read)
    return 0
