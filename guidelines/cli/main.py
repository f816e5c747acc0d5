"""Find the command that the arguments name, run it, and report an error in one line."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Protocol

from guidelines import __version__
from guidelines.cli.commands import (
    audit,
    compare,
    count,
    decompose,
    devices,
    doctor,
    fleet,
    networks,
    plot,
    report,
    reuse,
    run,
)
from guidelines.cli.interruption import INTERRUPTED, LINE
from guidelines.cli.near import did_you_mean
from guidelines.cli.output import CommandError, check_output, remark, say

ABOUT = "Do ShuffleNet V2's guidelines hold here, and by how much?"
LONGEST_ERROR = 500
# Exit statuses: of an error, of a fault of the suite (EX_SOFTWARE of sysexits.h).
ERROR, FAULT = 2, 70
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
    "run": run,
    "doctor": doctor,
    "report": report,
    "compare": compare,
    "devices": devices,
    "plot": plot,
    "audit": audit,
    "fleet": fleet,
    "networks": networks,
    "count": count,
    "decompose": decompose,
    "reuse": reuse,
}

LONGEST_NAME = max(map(len, COMMANDS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; without arguments, list the commands.

    The status is 0, or 1 if --fail-on or `doctor` found something, 2 for an error, 3 if --skip-broken left
    out files, 70 for a fault of the suite (a traceback if GUIDELINES_DEBUG is set), and 130 for Ctrl-C. That
    of `run` is pytest's own.
    """
    _complete()
    _replace_what_cannot_be_encoded()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given:
            say(_list())
            return 0
        options = _options(given)
        check_output(options)
        return COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        remark(LINE)
        return INTERRUPTED
    except Exception as error:
        return _told(error)


def _complete() -> None:
    """Answer a shell that asks for completions, as those do in which argcomplete is set up, and end."""
    if "_ARGCOMPLETE" in os.environ:
        with suppress(ModuleNotFoundError):
            import_module("argcomplete").autocomplete(_parsers()[0])


def _told(error: Exception) -> int:
    """Print an error in one line, and return the exit status for it."""
    if isinstance(error, ModuleNotFoundError) and (lacks := _lacks(error)):
        remark(f"guidelines: {lacks}")
        return ERROR
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


def _lacks(error: ModuleNotFoundError) -> str:
    """Name what is not installed, and how to install it; "" if the suite does not know that module."""
    from guidelines.results.libraries import PACKAGES, how_to_install

    module = (error.name or "").partition(".")[0]
    return how_to_install(module) if module in PACKAGES else ""


def _list() -> str:
    """Purpose of the program, and a line for each command."""
    lines = [f"{ABOUT}\n"]
    lines += [f"guidelines {name:<{LONGEST_NAME}}  {command.HELP}" for name, command in COMMANDS.items()]
    return "\n".join([*lines, "\n`guidelines COMMAND --help` says more."])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser, commands = _parsers()
    command = next((argument for argument in arguments if not argument.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        meant = did_you_mean(command, COMMANDS)
        raise CommandError(f"{command}: no such command{meant}; possible: {', '.join(COMMANDS)}")
    own, after = arguments, arguments[:0]
    if command and _takes_after_dashes(commands[command]):
        own, after = _split(arguments)
    options, others = parser.parse_known_args(own)
    if "pytest_arguments" in options:  # `doctor` and `run` pass every argument on to pytest
        options.pytest_arguments = others
    elif others:
        raise CommandError(_unknown(others[0], options.command, commands[options.command]))
    if "after_dashes" in options:
        options.after_dashes = after
    return options


def _takes_after_dashes(parser: argparse.ArgumentParser) -> bool:
    return parser.get_default("after_dashes") is not None


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The arguments before `--` and those after it."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _unknown(argument: str, command: str, parser: argparse.ArgumentParser) -> str:
    """An argument that a command does not know, and the option that comes nearest."""
    options: list[str] = []
    for action in parser._actions:
        options += action.option_strings
    what = "option" if argument.startswith("-") else "argument"
    name = argument.partition("=")[0]
    meant = did_you_mean(name, options)
    hint = "arguments of pytest stand after --" if _takes_after_dashes(parser) else "--help lists them"
    return f"{name}: no such {what} of `guidelines {command}`{meant}; {hint}"


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The parser of all arguments, and that of each command by its name."""
    parser = argparse.ArgumentParser(prog="guidelines", description=ABOUT)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = {}
    for name, command in COMMANDS.items():
        commands[name] = subparsers.add_parser(name, help=command.HELP, description=command.DESCRIPTION)
        command.add_arguments(commands[name])
    return parser, commands


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
