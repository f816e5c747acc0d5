"""Print a command's answer, or write it to the file of -o."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from guidelines.cli.formats import FORMATS, Answer

FILE_WIDTH = 120  # characters in a line of text that goes to a file
# Files that a folder of runs is searched for.
SAVED_ENDINGS = (".json", ".jsonl")


class CommandError(Exception):
    """A command that cannot be carried out; its message is one line."""


def check_output(options: Namespace) -> None:
    """Raise CommandError, before anything is read, for a file of -o that has no format or no folder."""
    if "format" not in options:  # a command that writes another kind of output, or none
        return
    form = FORMATS[_format(options)]
    if options.standalone and form.render_alone is None:
        raise CommandError("--standalone makes a LaTeX file of its own: add --format latex, or -o FILE.tex")
    if options.output is not None:
        check_folder(options.output)


def check_folder(path: Path) -> None:
    """Raise CommandError if the folder of a file that shall be written is not there."""
    try:
        is_there = path.parent.exists()
    except (OSError, ValueError):
        return  # writing the file fails, and says why
    if not is_there:
        raise CommandError(
            f"{_printable(path)}: cannot be written: there is no folder {_printable(path.parent)}"
        )


def show(answer: Answer, options: Namespace, read: Sequence[Path] = ()) -> None:
    """Print an answer, or write it to the file of -o.

    Raises CommandError if that file is among the paths that were read, or cannot be written.
    """
    form = FORMATS[_format(options)]
    render = form.render_alone if options.standalone and form.render_alone else form.render
    if options.output is None:
        print_answer(answer, render)
        return
    check_not_read([options.output], read)
    shown = render(answer, FILE_WIDTH)
    write(options.output, f"{shown}\n".encode())


def print_answer(answer: Answer, render: Callable[[Answer, int], str] = FORMATS["text"].render) -> None:
    """Print an answer as wide as the terminal; as text, unless another way to render it is given."""
    from guidelines.report.formats.colour import has_colour

    answer = replace(answer, has_colour=has_colour(sys.stdout))
    say(render(answer, shutil.get_terminal_size().columns))


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


def make_folder(path: Path) -> None:
    """Make a folder, unless it is there; the one that it stands in must be there. Raises CommandError."""
    check_folder(path)
    try:
        path.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise CommandError(f"{_printable(path)}: cannot be made: {_reason(error)}") from error


def write(path: Path, content: bytes) -> None:
    """Write a file. Raises CommandError naming the file and the reason."""
    from guidelines.results.writing import write_whole

    check_folder(path)
    try:
        write_whole(path, content)
    except (OSError, ValueError) as error:
        raise CommandError(f"{_printable(path)}: cannot be written: {_reason(error)}") from error
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


def _format(options: Namespace) -> str:
    """The format that was asked for, or that of the ending of -o; text for the terminal.

    Raises CommandError for an ending that no format has.
    """
    if options.format:
        return str(options.format)
    if options.output is None:
        return "text"
    endings: list[str] = []
    for name, form in FORMATS.items():
        if options.output.suffix.lower() in form.endings:
            return name
        endings += form.endings
    raise CommandError(
        f"{_printable(options.output)}: no format has this ending; end it in {', '.join(endings)}, or name "
        "the format by --format"
    )


def _printable(path: Path) -> str:
    from guidelines.results.checked import printable

    return printable(str(path))


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
