"""Command line: read saved results and show them, without torch; examine a machine before a run.

What a command needs is imported when it runs, so that --help answers at once.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from guidelines import __version__

FORMATS = ("text", "markdown", "csv", "json", "html", "latex")
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
LONGEST_ERROR = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for what --fail-on or `doctor` found, 2 for an error."""
    for stream in (sys.stdout, sys.stderr):  # a file may hold what the terminal cannot show
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.command == "doctor":
        options.arguments = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    from guidelines.commands import CommandError, run
    from guidelines.values import printable

    try:
        return run(options)
    except CommandError as error:
        line = printable(" ".join(str(error).split()))
        if len(line) > LONGEST_ERROR:  # what is wrong stands at its end
            line = f"{line[: LONGEST_ERROR // 2]} ... {line[-LONGEST_ERROR // 2 :]}"
        print(f"guidelines: {line}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guidelines", description="Do ShuffleNet V2's guidelines hold here, and by how much?"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="the tables and verdicts of each machine",
        description="The tables and verdicts of each machine; repeated runs of a machine are merged.",
    )
    compare = commands.add_parser(
        "compare",
        help="what differs between machines",
        description="Two files or folders, or the runs of two machines: what changed from A to B. More "
        "machines: a matrix of machines and guidelines. Slow-downs are compared, each against the baseline "
        "of its own machine.",
    )
    plot = commands.add_parser(
        "plot",
        help="a page of pictures for each guideline, as SVG and PNG",
        description="A page of pictures for each guideline, as SVG and PNG; needs the extra `plot`.",
    )
    commands.add_parser(
        "doctor",
        usage="guidelines doctor [PYTEST ARGUMENT ...]",
        help="what would spoil a run, before it: half a minute",
        description="What would spoil the run that pytest would do with the same arguments (by default "
        "experiments/): threads, clocks, load, memory, noise, each with its number and a remedy. Exit status "
        "1 where something would.",
    )
    for command in (report, compare, plot):
        command.add_argument(
            "files",
            type=Path,
            nargs="+",
            metavar="FILE",
            help="a file of --benchmark-json, the journal of a run, or a folder of them",
        )
        command.add_argument(
            "--max-bytes",
            type=_bytes,
            metavar="N",
            default="256M",
            help="refuse larger files (default: %(default)s); reading takes about ten times a file's size in "
            "memory",
        )
    for command in (report, compare):
        command.add_argument("--format", choices=FORMATS, help="default: by the ending of -o, else text")
        command.add_argument("-o", "--output", type=Path, metavar="PATH", help="write to a file")
    for command in (report, plot):
        command.add_argument(
            "--paper",
            choices=("arm", "gpu"),
            help="the paper's columns to set beside the runs (default: arm for a CPU, gpu for CUDA)",
        )
    compare.add_argument(
        "--fail-on",
        metavar="LIST",
        help="exit with status 1 where a verdict of the list comes up: stronger, weaker (the guideline's "
        "effect on B), faster, slower (B itself), missing (on B); each with a least change of its own such "
        "as slower:5%%",
    )
    plot.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to put g1.svg, g1.png, ..."
    )
    return parser


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([kmg]?)", text.lower())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes such as 4000000, 500M or 3G")
    return int(found[1]) * UNITS[found[2]]
