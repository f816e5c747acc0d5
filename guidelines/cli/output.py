"""Print a command's answer, or write it to the file of -o."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from guidelines.cli.formats import FORMATS, Answer

FILE_WIDTH = 120  # characters in a line of text that goes to a file
# Files that a folder of runs is searched for.
SAVED_ENDINGS = (".json", ".jsonl")


class CommandError(Exception):
    """A command that cannot be carried out; its message is one line."""


def show(answer: Answer, options: Namespace, read: Sequence[Path] = ()) -> None:
    """Print an answer, or write it to the file of -o.

    Raises CommandError if that file is among the paths that were read, or cannot be written.
    """
    from guidelines.report.formats.colour import has_colour

    render = FORMATS[options.format or _format_of(options.output)].render
    if options.output is None:
        answer = replace(answer, has_colour=has_colour(sys.stdout))
        say(render(answer, shutil.get_terminal_size().columns))
        return
    check_not_read([options.output], read)
    shown = render(answer, FILE_WIDTH)
    write(options.output, f"{shown}\n".encode())


def say(shown: str) -> None:
    """Print a text. Raises CommandError if that is not possible."""
    if sys.stdout is None:
        raise CommandError("the output cannot be written: it is closed")
    try:
        print(shown, flush=True)
    except OSError as error:
        _silence(sys.stdout)
        if not isinstance(error, BrokenPipeError):  # a reader such as `head` has seen enough
            raise CommandError(f"the output cannot be written: {error.strerror}") from error


def remark(line: str) -> None:
    """Print a line on stderr, if that is possible: the exit status says the same."""
    if sys.stderr is None:
        return
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _silence(sys.stderr)


def write(path: Path, content: bytes) -> None:
    """Write a file, and its folder if that is missing. Raises CommandError naming the file and the reason."""
    from guidelines.results.writing import write_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{_printable(path)}: cannot be written: {reason}") from error
    remark(f"wrote {_printable(path)}")


def check_not_read(outputs: Sequence[Path], read: Sequence[Path]) -> None:
    """Raise CommandError for an output that is one of the files that were read, by whatever name.

    A saved file in a folder that was read counts, too: it would be read with its folder next time.
    """
    real = {Path(os.path.realpath(path)) for path in read}
    files = {_file_id(path) for path in read} - {None}
    for output in outputs:
        absolute = Path(os.path.realpath(output))
        is_inside = absolute.suffix in SAVED_ENDINGS and not real.isdisjoint(absolute.parents)
        if absolute in real or is_inside or _file_id(output) in files:
            raise CommandError(f"{_printable(output)}: is among the files that were read")


def _file_id(path: Path) -> tuple[int, int] | None:
    """The device and number of a file, which its hard links share; None if there is no such file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _silence(stream: TextIO) -> None:
    """Send a stream that cannot be written to nowhere: Python writes what is left of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _format_of(output: Path | None) -> str:
    """The format for the ending of a file's name; text for other endings and for the terminal."""
    if output is not None:
        for name, form in FORMATS.items():
            if output.suffix.lower() in form.endings:
                return name
    return "text"


def _printable(path: Path) -> str:
    from guidelines.results.checked import printable

    return printable(str(path))
