"""Draw the weights of a module anew, as its layers did when they were made."""

from collections.abc import Callable, Iterator
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

# Those of torch have the first one, but for attention and transformers.
RESETS = ("reset_parameters", "_reset_parameters")
# Pruning and the older spectral norm compute a weight in each call, from the one of this name.
ORIGINAL = "_orig"
STEPS = 15


def drawn_anew(module: nn.Module) -> nn.Module:
    """A copy of a module whose layers have drawn their weights anew; those without a way to do so keep them.

    Raises RuntimeError, naming the layer, if it fails to draw them.
    """
    copy = deepcopy(module)
    # A module that holds others comes after them, as when they are made: it may change what they drew.
    for path, layer in reversed(list(copy.named_modules())):
        for name in RESETS:
            if callable(reset := getattr(layer, name, None)):
                _call(layer, reset, f"{name}() of {path or 'the whole network'}")
    return copy


def _call(layer: nn.Module, reset: Callable[[], object], what: str) -> None:
    try:
        _reset(layer, reset)
    except Exception as error:
        raise RuntimeError(
            f"{what} fails, so that its weights cannot be drawn anew; --state keeps them: "
            f"{type(error).__name__}: {error}"
        ) from error


def _reset(layer: nn.Module, reset: Callable[[], object]) -> None:
    """Reset a layer, and what its weights are computed from: a reset changes the computed ones only."""
    with parametrize.cached(), torch.no_grad():
        before = [value.clone() for _, _, value in _computed(layer)]
        reset()
        after = [(owner, name, value.clone()) for owner, name, value in _computed(layer)]
    with torch.no_grad():
        for (owner, name, value), old in zip(after, before, strict=True):
            if value.is_meta or not torch.equal(value, old):
                _assign(owner, name, value)


def _computed(layer: nn.Module) -> Iterator[tuple[nn.Module, str, Tensor]]:
    """The weights of a layer, and of those in it, that are computed from others, with owner and name."""
    for owner in layer.modules():
        if parametrize.is_parametrized(owner):
            for name in _parametrizations(owner):
                yield owner, name, getattr(owner, name)
        for original, _ in owner.named_parameters(recurse=False):
            name = original.removesuffix(ORIGINAL)
            if name != original and isinstance(value := vars(owner).get(name), Tensor):
                yield owner, name, value


def _assign(owner: nn.Module, name: str, value: Tensor) -> None:
    """Give a computed weight a value: its originals become such that it has it, or the value itself."""
    if name in vars(owner):
        getattr(owner, name + ORIGINAL).copy_(value)
        return
    parametrization = _parametrizations(owner)[name]
    try:
        setattr(owner, name, value)
    except RuntimeError:
        # Without a way back, torch takes the weight that was drawn for the original one, too.
        parametrization.get_parameter("original").copy_(value)
    # A spectral norm finds the vectors that it divides by while it trains; torch begins with so many steps.
    is_training = parametrization.training
    parametrization.train()
    for _ in range(STEPS):
        getattr(owner, name)
    parametrization.train(is_training)


def _parametrizations(owner: nn.Module) -> nn.ModuleDict:
    parametrizations = owner.parametrizations
    assert isinstance(parametrizations, nn.ModuleDict)
    return parametrizations
