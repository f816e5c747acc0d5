"""Find the function that builds a target: a network of this suite, or any module that Python can import."""

import inspect
import sys
from collections.abc import Callable
from copy import deepcopy
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from guidelines.networks import registry
from guidelines.networks.drawn_anew import drawn_anew
from guidelines.networks.target_name import TargetError, TargetName, read_name
from guidelines.results.reason import one_line

__all__ = ["Build", "TargetError", "is_instance", "target"]

Build = Callable[[], nn.Module]


def target(name: str, keeps_state: bool = True) -> Build:
    """A function that builds a new module at every call.

    The name is of a network, or "package.module:callable", or "path/to/file.py:callable". Literal arguments
    may follow the callable: "timm:create_model('levit_128', num_classes=10)". It may also be a module, an
    instance, which is copied; without `keeps_state` the copy draws its weights anew. The current folder is on
    the import path, or the folder of the file. This runs the code that is named. Raises TargetError for a
    name that does not exist or arguments that do not fit. The function itself raises TargetError if building
    fails or does not return a module.
    """
    if ":" in name:
        return partial(_built, name, _callable(name, keeps_state))
    try:
        registry.known(name)
    except ValueError as error:
        raise TargetError(f"{error}; {_near_form(name)}") from error
    return partial(registry.build, name)


def is_instance(name: str) -> bool:
    """True for the name of a module that exists already, and is not built. Raises TargetError as `target`."""
    return ":" in name and isinstance(_attribute(read_name(name)), nn.Module)


def _near_form(name: str) -> str:
    """A hint at the form of other targets, for a name without a colon."""
    before, dot, last = name.partition("(")[0].rpartition(".")
    if name.endswith(".py"):
        return f"near: {name}:CALLABLE"
    if dot and before and last.isidentifier():
        return f"near: {before}:{name[len(before) + 1 :]}"
    return "others are named as package.module:callable or file.py:callable"


def _built(name: str, call: Callable[[], object]) -> nn.Module:
    try:
        module = call()
    except (Exception, SystemExit) as error:
        raise TargetError(f"{name}: cannot be built: {one_line(error)}") from error
    if not isinstance(module, nn.Module):
        raise TargetError(f"{name}: gives {_kind(module)}, not a torch.nn.Module")
    return module


def _callable(name: str, keeps_state: bool) -> Callable[[], object]:
    parts = read_name(name)
    value = _attribute(parts)
    if isinstance(value, nn.Module):
        if parts.is_call:
            raise TargetError(f"{name}: is a module that is built already; it takes no arguments")
        return partial(deepcopy if keeps_state else drawn_anew, value)
    if not callable(value):
        raise TargetError(
            f"{name}: is {_kind(value)}, neither a torch.nn.Module nor a function that returns one"
        )
    if parts.is_call:
        _check_arguments(name, value, parts)
    elif wanted := _required_arguments(value):
        raise TargetError(
            f"{name}: takes {', '.join(wanted)}; give them, {parts.plain}({'=..., '.join(wanted)}=...), or "
            "name a function without arguments"
        )
    return partial(value, *parts.arguments, **parts.keywords)


def _attribute(parts: TargetName) -> Any:
    try:
        value: Any = _from_file(parts) if parts.is_file else _imported(parts.where)
    except TargetError:
        raise
    except (Exception, SystemExit) as error:
        raise TargetError(f"{parts.where}: cannot be imported: {one_line(error)}") from error
    for attribute in parts.attributes:
        try:
            value = getattr(value, attribute)
        except AttributeError as error:
            near = ", ".join(get_close_matches(attribute, dir(value), n=3))
            hint = f"; near: {near}" if near else ""
            raise TargetError(f"{parts.plain}: {error}{hint}") from error
    return value


def _imported(name: str) -> ModuleType:
    """A module; the current folder comes first on the import path, as with `python -m`."""
    _put_first_on_path(Path.cwd())
    return import_module(name)


def _from_file(parts: TargetName) -> ModuleType:
    """The module in a file, whose folder comes first on the import path, as with `python file.py`."""
    path = Path(parts.where)
    if not path.is_file():
        with_ending = path.with_name(f"{path.name}.py")
        hint = f"; near: {with_ending}:{'.'.join(parts.attributes)}" if with_ending.is_file() else ""
        raise TargetError(f"{parts.where}: there is no such file{hint}")
    _put_first_on_path(path.resolve().parent)
    name = path.stem if path.stem not in sys.modules else f"target_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{parts.where}: is no Python file; its name has to end with .py")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _put_first_on_path(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _check_arguments(name: str, call: Callable[..., Any], parts: TargetName) -> None:
    try:
        inspect.signature(call).bind(*parts.arguments, **parts.keywords)
    except ValueError:  # some callables not written in Python have no signature
        return
    except TypeError as error:
        raise TargetError(f"{name}: {error}; {parts.plain} takes {inspect.signature(call)}") from error


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
