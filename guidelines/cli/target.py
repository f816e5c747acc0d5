"""Find the network that TARGET names, for the commands that examine one."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from guidelines.cli.arguments import inputs
from guidelines.cli.interruption import at_once
from guidelines.cli.output import CommandError
from guidelines.spec.condition import Condition, Device

if TYPE_CHECKING:
    from torch import nn

HINT_ON_INPUTS = "; give each input of the network by --input, such as 1,128:int64"


@contextmanager
def builder(name: str) -> "Iterator[Callable[[], nn.Module]]":
    """The callable that builds a target, for use in the context, in which Ctrl-C ends the program at once.

    Raises CommandError for any error in the context, because the target or its input caused it. Text that
    the target prints goes to stderr, because it is no part of the answer.
    """
    from guidelines.networks.cost.trace import LayerError
    from guidelines.networks.target import TargetError, target
    from guidelines.results.reason import one_line

    try:
        with at_once(), redirect_stdout(sys.stderr):
            yield target(name)
    except LayerError as error:
        raise CommandError(f"{error}{HINT_ON_INPUTS if error.wants_other_inputs else ''}") from error
    except (TargetError, ValueError) as error:
        raise CommandError(str(error)) from error
    except (Exception, SystemExit) as error:
        raise CommandError(f"{name}: {one_line(error)}") from error


def check_state(name: str) -> None:
    """Raise CommandError if a target is no instance, whose weights could be kept."""
    from guidelines.networks.target import is_instance

    with builder(name):
        has_state = is_instance(name)
    if not has_state:
        raise CommandError(
            f"--state: {name} builds a new network, so there are no trained weights to keep; possible: a "
            "TARGET that is a torch.nn.Module already, such as file.py:net after net = Net()"
        )


def sources(name: str) -> list[Path]:
    """The files of the code that a target names, after it was built; no output may overwrite them."""
    where, colon, _ = name.partition(":")
    imported = getattr(sys.modules.get(where), "__file__", None)
    return [Path(file) for file in (where, imported) if file and colon]


def condition(options: Namespace) -> Condition:
    """The device, layout and sizes that a command is given. Raises CommandError if they cannot be used."""
    from guidelines.measure.device.devices import device_list, device_name

    device = Device("cuda:0" if options.device == "cuda" else options.device)
    if device not in device_list():
        raise CommandError(f"--device {options.device}: not there; possible: {', '.join(device_list())}")
    first = inputs(options)[0].shape
    if options.layout == "nhwc" and len(first) != 4:
        raise CommandError(f"--layout nhwc: takes an --input of 4 sizes, got {len(first)}")
    return Condition(
        device=device,
        device_name=device_name(device),
        layout=options.layout,
        batch_size=first[0],
        image_size=first[-1],
    )
