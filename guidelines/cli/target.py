"""Find the network that TARGET names, for the commands that examine one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from guidelines.cli.output import CommandError

if TYPE_CHECKING:
    from torch import nn

HINT_ON_INPUTS = "; give each input of the network by --input, such as 1,128:int64"


@contextmanager
def builder(name: str) -> "Iterator[Callable[[], nn.Module]]":
    """The callable that builds a target, for use in the context.

    Raises CommandError for any error in the context, because the target or its input caused it. Text that
    the target prints goes to stderr, because it is no part of the answer.
    """
    from guidelines.networks.cost.trace import LayerError
    from guidelines.networks.target import TargetError, target
    from guidelines.results.reason import one_line

    try:
        with redirect_stdout(sys.stderr):
            yield target(name)
    except LayerError as error:
        raise CommandError(f"{error}{HINT_ON_INPUTS if error.wants_other_inputs else ''}") from error
    except (TargetError, ValueError) as error:
        raise CommandError(str(error)) from error
    except (Exception, SystemExit) as error:
        raise CommandError(f"{name}: {one_line(error)}") from error


def sources(name: str) -> list[Path]:
    """The files of the code that a target names, after it was built; no output may overwrite them."""
    where, colon, _ = name.partition(":")
    imported = getattr(sys.modules.get(where), "__file__", None)
    return [Path(file) for file in (where, imported) if file and colon]
