"""Add arguments that several commands share, and read their values."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from guidelines.cli.formats import FORMATS

# The exit status of a command that left out files because they are broken.
SKIPPED_FILES = 3
EXECUTES = (
    "This command executes code: it imports the module that TARGET names, builds the network and calls it. "
    "Give it only code that you would run yourself."
)
BYTES_PER_UNIT = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def add_files(parser: ArgumentParser) -> None:
    """Add the files of saved runs and the limit on their size."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a file of --benchmark-json, the journal of a run, or a folder of them; NAME=PATH calls the "
        "machine of all its runs NAME, in place of their hosts: `compare before=old/ after=new/`",
    )
    parser.add_argument(
        "--max-bytes",
        type=_size_bytes,
        metavar="N",
        default="256M",
        help="refuse larger files (default: %(default)s); reading takes about ten times a file's size in "
        "memory",
    )
    parser.add_argument(
        "--skip-broken",
        action="store_true",
        help="go on without files that cannot be read; each is named on stderr, and the exit status is "
        f"{SKIPPED_FILES} (1 if --fail-on finds something)",
    )


def add_paper(parser: ArgumentParser) -> None:
    """Add the choice of the paper's columns."""
    parser.add_argument(
        "--paper",
        choices=("arm", "gpu"),
        help="the paper's columns to show beside the runs (default: arm for a CPU, gpu for CUDA)",
    )


def add_target(parser: ArgumentParser) -> None:
    """Add the network to examine, and the warning that its code is executed."""
    parser.epilog = EXECUTES
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="a network of this suite (see `guidelines networks`), or package.module:callable, which is a "
        "function or class without arguments, or a module",
    )


def add_input(parser: ArgumentParser) -> None:
    """Add the shape of a network's input."""
    parser.add_argument(
        "--input",
        type=_shape,
        metavar="N,C,H,W",
        default="1,3,224,224",
        help="the shape of its input, a tensor of random floating-point numbers (default: %(default)s)",
    )


def add_output(parser: ArgumentParser) -> None:
    """Add the format and the file of an answer."""
    parser.add_argument(
        "--format", choices=tuple(FORMATS), help="default: the one that the ending of -o names, else text"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="PATH", help="write to this file")


def _size_bytes(text: str) -> int:
    size = re.fullmatch(r"(\d+)([kmg]?)", text.lower())
    if not size:
        raise ArgumentTypeError(f"{text!r} is no number of bytes such as 4000000, 500M or 3G")
    return int(size[1]) * BYTES_PER_UNIT[size[2]]


def _shape(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"0*[1-9]\d{0,8}(,0*[1-9]\d{0,8})*", text):
        raise ArgumentTypeError(f"{text!r} is no shape such as 1,3,224,224")
    return tuple(map(int, text.split(",")))
