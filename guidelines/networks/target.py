"""What a user names becomes a callable that builds the module: a network of this suite, or any other."""

import inspect
import sys
from collections.abc import Callable
from copy import deepcopy
from functools import partial, reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from torch import nn

from guidelines.networks import registry
from guidelines.reason import one_line

Build = Callable[[], nn.Module]


class TargetError(Exception):
    """Why a target cannot be built, in one line that names it."""


def target(name: str) -> Build:
    """What builds the module of a network's name, or of "package.module:callable", anew at every call.

    The current folder can be imported from. In place of a callable there may be a module, which is copied.
    Raises TargetError for what is not there or takes arguments; the callable, for what it cannot build.
    """
    if ":" in name:
        return partial(_built, name, _callable(name))
    try:
        registry.known(name)
    except ValueError as error:
        raise TargetError(f"{error}; others are named as package.module:callable") from error
    return partial(registry.build, name)


def _built(name: str, call: Callable[[], object]) -> nn.Module:
    try:
        module = call()
    except (Exception, SystemExit) as error:
        raise TargetError(f"{name}: cannot be built: {one_line(error)}") from error
    if not isinstance(module, nn.Module):
        raise TargetError(f"{name}: gives {_kind(module)}, not a torch.nn.Module")
    return module


def _callable(name: str) -> Callable[[], object]:
    found: object = _attribute(*name.split(":", 1))
    if isinstance(found, nn.Module):
        return partial(deepcopy, found)
    if not callable(found):
        raise TargetError(f"{name}: is {_kind(found)}, neither a torch.nn.Module nor what builds one")
    if wanted := _wanted(found):
        raise TargetError(
            f"{name}: takes {', '.join(wanted)}; name a function without arguments, or a functools.partial"
        )
    return found


def _attribute(module_name: str, path: str) -> Any:
    try:
        found = _imported(module_name)
    except (Exception, SystemExit) as error:
        raise TargetError(f"{module_name}: cannot be imported: {one_line(error)}") from error
    try:
        return reduce(getattr, path.split("."), found)
    except AttributeError as error:
        raise TargetError(f"{module_name}:{path}: {error}") from error


def _imported(name: str) -> Any:
    """A module, looked for in the current folder first, as `python -m` does."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module(name)


def _wanted(call: Callable[..., Any]) -> list[str]:
    """The arguments that a callable cannot do without."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:  # some that are not written in Python do not tell
        return []
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in variable]


def _kind(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
