"""Add arguments that several commands share, and read their values."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from guidelines.cli.formats import FORMATS
from guidelines.spec.inputs import Input

IMAGE = Input((1, 3, 224, 224))
# The exit status of a command that left out files because they are broken.
SKIPPED_FILES = 3
EXECUTES = (
    "This command executes code: it imports the module that TARGET names, builds the network and calls it. "
    "Give it only code that you would run yourself."
)
# The largest file that is read unless --max-bytes says another size.
LARGEST_FILE = "256M"
BYTES_PER_UNIT = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def add_files(parser: ArgumentParser) -> None:
    """Add the files of saved runs and the limit on their size."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a file saved by --benchmark-json, the journal of a run, or a folder of such files; NAME=PATH "
        "gives the machine of all runs at PATH the name NAME, in place of its host name: "
        "`compare before=old/ after=new/`",
    )
    parser.add_argument(
        "--max-bytes",
        type=size_bytes,
        metavar="N",
        default=LARGEST_FILE,
        help="refuse files larger than this, in bytes or with k, M or G (default: %(default)s); reading "
        "takes about ten times a file's size in memory",
    )
    parser.add_argument(
        "--skip-broken",
        action="store_true",
        help="go on without files that cannot be read: they are named on stderr, and the exit status is "
        f"{SKIPPED_FILES}",
    )


def add_paper(parser: ArgumentParser) -> None:
    """Add the choice of the paper's figures."""
    parser.add_argument(
        "--paper",
        choices=("arm", "gpu"),
        help="show the paper's figures for this of its two platforms (default: arm for a CPU, gpu for CUDA)",
    )


def add_target(parser: ArgumentParser) -> None:
    """Add the network to examine, and the warning that its code is executed."""
    parser.epilog = EXECUTES
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="a network of this suite (see `guidelines networks`), or package.module:callable, or "
        "file.py:callable, with arguments if it takes any: 'timm:create_model(\"levit_128\")'. The callable "
        "is a function or a class that returns a torch.nn.Module, or such a module itself",
    )


def add_input(parser: ArgumentParser) -> None:
    """Add the network's inputs."""
    parser.add_argument(
        "--input",
        type=_input,
        action="append",
        dest="inputs",
        metavar="N,C,H,W[:TYPE]",
        help="the shape of an input, and its type if it is not that of the network's parameters; give it "
        "once for each input of the network, in their order: --input 1,128:int64 --input 1,3,224,224. Values "
        f"are random; integers are 0 or 1 (default: {','.join(map(str, IMAGE.shape))})",
    )


def inputs(options: Namespace) -> tuple[Input, ...]:
    """The inputs of --input, or an image."""
    return tuple(options.inputs or (IMAGE,))


def pass_to_pytest(parser: ArgumentParser, command: str) -> None:
    """Accept every argument: `main` puts those it does not know in `pytest_arguments`."""
    parser.usage = f"guidelines {command} [EXPERIMENT ...] [PYTEST ARGUMENT ...]"
    parser.set_defaults(pytest_arguments=[])


def take_after_dashes(parser: ArgumentParser) -> None:
    """Accept arguments of pytest after `--`: `main` puts them in `after_dashes`."""
    parser.set_defaults(after_dashes=())


def add_output(parser: ArgumentParser) -> None:
    """Add the format and the file of an answer."""
    parser.add_argument(
        "--format", choices=tuple(FORMATS), help="default: as the ending of the -o file says, else text"
    )
    endings: list[str] = []
    for form in FORMATS.values():
        endings += form.endings
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=f"write to this file, in the format that its ending names: {', '.join(endings)}; with --format "
        "it may have any ending",
    )
    parser.add_argument(
        "--standalone",
        action="store_true",
        help="make a LaTeX file that compiles as it is (default: one to \\input into an article)",
    )


def count(text: str) -> int:
    """The value of an option that counts something: a type for argparse."""
    if not re.fullmatch(r"[1-9]\d{0,5}", text):
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 to 999999")
    return int(text)


def size_bytes(text: str) -> int:
    """The value of an option that is a size, in bytes or with a unit: a type for argparse."""
    size = re.fullmatch(r"(\d+)([kmg]?)", text.lower())
    if not size:
        raise ArgumentTypeError(f"{text!r} is no number of bytes such as 4000000, 500M or 3G")
    return int(size[1]) * BYTES_PER_UNIT[size[2]]


def _input(text: str) -> Input:
    try:
        return Input.read(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
