"""Find the command that the arguments name, run it, and report an error in one line."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import Protocol

from guidelines import __version__
from guidelines.cli.commands import compare, count, decompose, doctor, networks, plot, report, reuse
from guidelines.cli.output import CommandError, check_output, remark

LONGEST_ERROR = 500
# Exit statuses: of an error, of a fault of the suite (EX_SOFTWARE of sysexits.h), of Ctrl-C as in shells.
ERROR, FAULT, INTERRUPTED = 2, 70, 130
DEBUG = "GUIDELINES_DEBUG"
UNFORESEEN = f"this is a fault of the suite: {DEBUG}=1 shows where"


class Command(Protocol):
    """A module of `guidelines.cli.commands`.

    `run` imports what it needs, because --help needs none of it.
    """

    HELP: str
    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


COMMANDS: Mapping[str, Command] = {
    "report": report,
    "compare": compare,
    "plot": plot,
    "doctor": doctor,
    "networks": networks,
    "count": count,
    "decompose": decompose,
    "reuse": reuse,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    The status is 0, or 1 if --fail-on or `doctor` found something, 2 for an error, 3 if --skip-broken left
    out files, 70 for a fault of the suite (a traceback if GUIDELINES_DEBUG is set), and 130 for Ctrl-C.
    """
    _replace_what_cannot_be_encoded()
    options = _options(arguments)
    try:
        check_output(options)
        return COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        remark("guidelines: interrupted")
        return INTERRUPTED
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> int:
    """Print an error in one line, and return the exit status for it."""
    if isinstance(error, _expected_errors()):
        remark(f"guidelines: {_error_line(str(error))}")
        return ERROR
    if os.environ.get(DEBUG):
        raise error
    remark(f"guidelines: {_error_line(f'{type(error).__name__}: {error}')}; {UNFORESEEN}")
    return FAULT


def _replace_what_cannot_be_encoded() -> None:
    """Print a replacement for characters that the terminal's encoding lacks: saved files may hold any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if "pytest_arguments" in options:  # `doctor` passes every argument on to pytest
        options.pytest_arguments = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guidelines", description="Do ShuffleNet V2's guidelines hold here, and by how much?"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.DESCRIPTION)
        command.add_arguments(subparser)
    return parser


def _expected_errors() -> tuple[type[Exception], ...]:
    """Errors of a command's input. Called after an error only, because it imports numpy."""
    from guidelines.analysis.compare import CompareError
    from guidelines.analysis.merge import MergeError
    from guidelines.report.pictures.page import PictureError
    from guidelines.results.schema import ResultsError

    return (CommandError, ResultsError, MergeError, CompareError, PictureError)


def _error_line(message: str) -> str:
    from guidelines.results.checked import escaped

    half = LONGEST_ERROR // 2
    if len(message) > LONGEST_ERROR:  # the end of a message says what is wrong
        message = f"{message[:half]} ... {message[-half:]}"
    return escaped(" ".join(message.split()))
