"""Print a command's answer, or write it to the file of -o."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from guidelines.cli.formats import FORMATS, Answer

FILE_WIDTH = 120  # characters in a line of text that goes to a file


class CommandError(Exception):
    """A command that cannot be carried out; its message is one line."""


def show(answer: Answer, options: Namespace, read: Sequence[Path] = ()) -> None:
    """Print an answer, or write it to the file of -o.

    Raises CommandError if that file is among the paths that were read, or cannot be written.
    """
    render = FORMATS[options.format or _format_of(options.output)].render
    if options.output is None:
        say(render(answer, shutil.get_terminal_size().columns))
        return
    shown = render(answer, FILE_WIDTH)
    if _is_among(options.output, read):
        raise CommandError(f"{_printable(options.output)}: is among the files that were read")
    write(options.output, f"{shown}\n".encode())


def say(shown: str) -> None:
    """Print a text. Raises CommandError if that is not possible."""
    try:
        print(shown, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a reader such as `head` has seen enough
            raise CommandError(f"the output cannot be written: {error.strerror}") from error


def write(path: Path, content: bytes) -> None:
    """Write a file, and its folder if that is missing. Raises CommandError naming the file and the reason."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{_printable(path)}: cannot be written: {reason}") from error
    print(f"wrote {_printable(path)}", file=sys.stderr)


def _format_of(output: Path | None) -> str:
    """The format for the ending of a file's name; text for other endings and for the terminal."""
    if output is not None:
        for name, form in FORMATS.items():
            if output.suffix.lower() in form.endings:
                return name
    return "text"


def _is_among(output: Path, paths: Sequence[Path]) -> bool:
    """True if an output is one of the files that were read, or would be read with its folder next time."""
    absolute = Path(os.path.realpath(output))
    read = [Path(os.path.realpath(path)) for path in paths]
    return absolute in read or (absolute.suffix == ".json" and any(path in absolute.parents for path in read))


def _printable(path: Path) -> str:
    from guidelines.results.checked import printable

    return printable(str(path))
