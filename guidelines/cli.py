"""Command line: read saved results and show them; never imports torch."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from guidelines import __version__
from guidelines.report.table import tables
from guidelines.report.text import render
from guidelines.saved import ResultsError, load

LONGEST_ERROR = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 2 for a file that cannot be reported."""
    for stream in (sys.stdout, sys.stderr):  # a file may hold what the terminal cannot show
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        run = load(options.run)
    except ResultsError as error:
        print(f"guidelines: {' '.join(str(error).split())[:LONGEST_ERROR]}", file=sys.stderr)
        return 2
    try:
        print(render(tables(run, options.paper), shutil.get_terminal_size().columns), flush=True)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guidelines", description="Do ShuffleNet V2's guidelines hold here, and by how much?"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="print the tables and verdicts of a saved run")
    report.add_argument("run", type=Path, metavar="RUN.json", help="a file of --benchmark-json")
    report.add_argument(
        "--paper",
        choices=("arm", "gpu"),
        help="the paper's columns to set beside the run (default: arm for a CPU, gpu for CUDA)",
    )
    return parser
