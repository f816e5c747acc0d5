"""A command's answer in the format that is asked for: printed, or written where -o says."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guidelines.report import records
from guidelines.report.document import Document
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.pictures import page as picture
from guidelines.values import printable

PLAIN_WIDTH = 120
FORMAT_OF = {
    ".md": "markdown",
    ".csv": "csv",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".tex": "latex",
}


class CommandError(Exception):
    """Why a command cannot be carried out, in one line."""


@dataclass(frozen=True)
class Answer:
    """A command's result in the forms that the formats are made of; not every answer has pictures."""

    kind: str
    document: Document
    records: Sequence[records.Record]
    machines: Callable[[], Sequence[picture.Series]] | None = None


def show(answer: Answer, options: Namespace, read: Sequence[Path] = ()) -> int:
    """Print an answer, or write it where -o says, unless that is a path that was read."""
    suffix = options.output.suffix.lower() if options.output else ""
    form = options.format or FORMAT_OF.get(suffix, "text")
    shown = _formatted(answer, form, options.output is None)
    if options.output is None:
        say(shown)
        return 0
    if _is_among(options.output, read):
        raise CommandError(f"{printable(str(options.output))}: is among the files that were read")
    write(options.output, f"{shown}\n".encode())
    return 0


def say(shown: str) -> None:
    """Print a text. Raises CommandError where that is not possible."""
    try:
        print(shown, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a reader such as `head` has seen enough
            raise CommandError(f"the output cannot be written: {error.strerror}") from error


def _is_among(output: Path, paths: Sequence[Path]) -> bool:
    """Whether an output is a file that is read, or would be the next time a folder is."""
    absolute = Path(os.path.realpath(output))
    read = [Path(os.path.realpath(path)) for path in paths]
    return absolute in read or (absolute.suffix == ".json" and any(path in absolute.parents for path in read))


def _formatted(answer: Answer, form: str, to_terminal: bool) -> str:
    if form == "text":
        width = shutil.get_terminal_size().columns if to_terminal else PLAIN_WIDTH
        return text.render(answer.document, width)
    return RENDERERS[form](answer)


def _pictured(answer: Answer) -> tuple[Document, dict[str, str]]:
    """The pictures of a document, or a note in it that says why there are none."""
    if answer.machines is None:
        return answer.document, {}
    try:
        pages = picture.pages(answer.machines())
    except picture.PictureError as error:
        return replace(answer.document, notes=(*answer.document.notes, str(error))), {}
    return answer.document, {name: picture.to_svg(page, name, inline=True) for name, page in pages.items()}


RENDERERS: Mapping[str, Callable[[Answer], str]] = {
    "markdown": lambda answer: markdown.render(answer.document),
    "csv": lambda answer: records.to_csv(answer.records),
    "json": lambda answer: records.to_json(answer.kind, answer.records, answer.document),
    "html": lambda answer: html.render(*_pictured(answer)),
    "latex": lambda answer: latex.render(answer.document),
}


def write(path: Path, content: bytes) -> None:
    """Write a file, in a new folder if need be. Raises CommandError naming it and the reason."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{printable(str(path))}: cannot be written: {reason}") from error
    print(f"wrote {printable(str(path))}", file=sys.stderr)
