"""Draw the weights of a module anew, as its layers did when they were made."""

from collections.abc import Callable
from copy import deepcopy

from torch import nn

# Those of torch have the first one, but for attention and transformers.
RESETS = ("reset_parameters", "_reset_parameters")


def drawn_anew(module: nn.Module) -> nn.Module:
    """A copy of a module whose layers have drawn their weights anew; those without a way to do so keep them.

    Raises RuntimeError, naming the layer, if it fails to draw them.
    """
    copy = deepcopy(module)
    # A module that holds others comes after them, as when they are made: it may change what they drew.
    for path, layer in reversed(list(copy.named_modules())):
        for name in RESETS:
            if callable(reset := getattr(layer, name, None)):
                _call(reset, f"{name}() of {path or 'the whole network'}")
    return copy


def _call(reset: Callable[[], object], what: str) -> None:
    try:
        reset()
    except Exception as error:
        raise RuntimeError(
            f"{what} fails, so that its weights cannot be drawn anew; --state keeps them: "
            f"{type(error).__name__}: {error}"
        ) from error
