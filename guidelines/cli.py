"""Command line: read saved results and show them, without torch; examine a machine; look into a network.

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
    """Run a command; returns the exit status: 0, 1 for what --fail-on or `doctor` found, 2 for an error.

    130 is for Ctrl-C, as shells have it.
    """
    for stream in (sys.stdout, sys.stderr):  # a file may hold what the terminal cannot show
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.command == "doctor":
        options.arguments = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    from guidelines.answer import CommandError
    from guidelines.commands import run
    from guidelines.values import printable

    try:
        return run(options)
    except CommandError as error:
        line = printable(" ".join(str(error).split()))
        if len(line) > LONGEST_ERROR:  # what is wrong stands at its end
            line = f"{line[: LONGEST_ERROR // 2]} ... {line[-LONGEST_ERROR // 2 :]}"
        print(f"guidelines: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("guidelines: interrupted", file=sys.stderr)
        return 130


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
    networks = commands.add_parser(
        "networks",
        help="the networks of this suite beside Table 8, and what each costs",
        description="The networks of this suite, what each costs, and the rows of Table 8 that it lacks.",
    )
    count = commands.add_parser(
        "count",
        help="multiply-adds, memory access and parameters of a network",
        description="Multiply-adds, memory access, parameters and operators of one call of a network, layer "
        "by layer.",
    )
    decompose = commands.add_parser(
        "decompose",
        help="where the time of a network goes, beside the paper's Figure 2",
        description="Shares of the operators' time under torch.profiler: convolution, element-wise, shuffle, "
        "data movement and so on, beside the paper's Figure 2.",
    )
    reuse = commands.add_parser(
        "reuse",
        help="how many channels a ShuffleNet v2 passes on unchanged",
        description="The channels that a block of a ShuffleNet v2 passes unchanged to later ones, beside the "
        "paper's formula.",
    )
    for command in (count, decompose, reuse):
        command.add_argument(
            "target",
            metavar="TARGET",
            help="a network of this suite (`guidelines networks`), or package.module:callable, a function or "
            "class without arguments or a module",
        )
    for command in (count, decompose):
        command.add_argument(
            "--input",
            type=_shape,
            metavar="N,C,H,W",
            default="1,3,224,224",
            help="the shape of its input, one tensor of random floating-point numbers (default: %(default)s)",
        )
    count.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        default="1",
        help="show layers down to this depth of names, each with what is deeper (default: %(default)s)",
    )
    decompose.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: %(default)s)")
    decompose.add_argument(
        "--layout", choices=("nchw", "nhwc"), default="nchw", help="nhwc: channels last (default: nchw)"
    )
    reuse.add_argument(
        "--picture", type=Path, metavar="PATH", help="write a picture, too, as SVG; needs the extra `plot`"
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
    for command in (report, compare, networks, count, decompose, reuse):
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


def _shape(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"0*[1-9]\d{0,8}(,0*[1-9]\d{0,8})*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no shape such as 1,3,224,224")
    return tuple(map(int, text.split(",")))


def _depth(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no depth from 1 to 999")
    return int(text)
