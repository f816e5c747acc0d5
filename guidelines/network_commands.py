"""What the commands on networks do: a target in, its figures out. Torch is imported only here, by each."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from guidelines.answer import Answer, CommandError, show, write
from guidelines.networks.catalogue import catalogue
from guidelines.paper import network_rows
from guidelines.reason import one_line
from guidelines.report import catalogue as known
from guidelines.report import costs, decomposition, picture
from guidelines.report import reuse as reused
from guidelines.spec import Condition

if TYPE_CHECKING:
    from torch import nn


def networks(options: Namespace) -> int:
    """What every network of the suite costs, and which of the paper's are not among them."""
    rows = catalogue()
    return show(Answer("networks", known.document(rows, network_rows()), known.records(rows)), options)


def count(options: Namespace) -> int:
    """The cost of a target, layer by layer."""
    from guidelines.networks.cost import count as counting

    with _target(options.target) as build:
        cost = counting.count(build, options.input)
    layers = cost.to_depth(options.depth)
    shown = (options.target, options.input, cost, layers)
    return show(Answer("count", costs.document(*shown), costs.records(*shown)), options)


def decompose(options: Namespace) -> int:
    """Where the time of a target goes."""
    from guidelines.decompose import decompose as decomposed
    from guidelines.machine import device_list, device_name
    from guidelines.networks.cost import count as counting
    from guidelines.timing import ready

    device = "cuda:0" if options.device == "cuda" else options.device
    if device not in device_list():
        raise CommandError(f"--device {options.device}: not there; possible: {', '.join(device_list())}")
    if options.layout == "nhwc" and len(options.input) != 4:
        raise CommandError(f"--layout nhwc: takes an --input of 4 sizes, got {len(options.input)}")
    batch_size, image_size = options.input[0], options.input[-1]
    condition = Condition(
        device, device_name(device), layout=options.layout, batch_size=batch_size, image_size=image_size
    )
    with _target(options.target) as build:
        counting.count(build, options.input)  # names the layer that the input does not fit
        found = decomposed(*ready(build, options.input, condition, seed=0), condition)
    shown = (options.target, found)
    return show(Answer("decompose", decomposition.document(*shown), decomposition.records(*shown)), options)


def reuse(options: Namespace) -> int:
    """How many channels the blocks of a ShuffleNet v2 pass unchanged to later ones."""
    from guidelines.reuse import feature_reuse

    with _target(options.target) as build:
        stages = feature_reuse(build().eval())
    shown = (options.target, stages)
    if options.picture:
        write(options.picture, picture.to_svg(reused.page(*shown), "reuse").encode())
    return show(Answer("reuse", reused.document(*shown), reused.records(*shown)), options)


@contextmanager
def _target(name: str) -> "Iterator[Callable[[], nn.Module]]":
    """What builds a target; what is wrong with it or with its input ends the command in one line.

    What the target prints is no part of the answer and goes to stderr.
    """
    from guidelines.networks.target import TargetError, target

    try:
        with redirect_stdout(sys.stderr):
            yield target(name)
    except (TargetError, ValueError) as error:
        raise CommandError(str(error)) from error
    except (Exception, SystemExit) as error:
        raise CommandError(f"{name}: {one_line(error)}") from error
