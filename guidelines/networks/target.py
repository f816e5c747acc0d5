"""Find the function that builds a target: a network of this suite, or any module that Python can import."""

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
from guidelines.results.reason import one_line

Build = Callable[[], nn.Module]


class TargetError(Exception):
    """A target cannot be built; the message is one line that names it."""


def target(name: str) -> Build:
    """A function that builds a new module at every call, for a network's name or "package.module:callable".

    The name may also be of a module, which is copied. The current folder is on the import path. Raises
    TargetError for a name that does not exist or a callable that needs arguments. The function itself
    raises TargetError if building fails or does not return a module.
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
    value: object = _attribute(*name.split(":", 1))
    if isinstance(value, nn.Module):
        return partial(deepcopy, value)
    if not callable(value):
        raise TargetError(
            f"{name}: is {_kind(value)}, neither a torch.nn.Module nor a function that returns one"
        )
    if wanted := _required_arguments(value):
        raise TargetError(
            f"{name}: takes {', '.join(wanted)}; name a function without arguments, or a functools.partial"
        )
    return value


def _attribute(module_name: str, path: str) -> Any:
    try:
        module = _imported(module_name)
    except (Exception, SystemExit) as error:
        raise TargetError(f"{module_name}: cannot be imported: {one_line(error)}") from error
    try:
        return reduce(getattr, path.split("."), module)
    except AttributeError as error:
        raise TargetError(f"{module_name}:{path}: {error}") from error


def _imported(name: str) -> Any:
    """A module; the current folder comes first on the import path, as with `python -m`."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module(name)


def _required_arguments(call: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:  # some callables not written in Python have no signature
        return []
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in variable]


def _kind(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
