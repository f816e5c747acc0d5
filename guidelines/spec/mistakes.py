"""Checks of what the author of a guideline gives: a mistake is a ValueError of one line."""

import reprlib
from collections.abc import Callable
from inspect import signature

PLAIN = (str, int, float, list, tuple, type(None))


def shown(given: object) -> str:
    """A value in a few words: a plain one as it is written, any other one by its type."""
    if isinstance(given, PLAIN):
        return " ".join(reprlib.repr(given).split())
    return f"a {type(given).__name__}"


def check_sizes(**sizes: object) -> None:
    """Raise ValueError for one that is no positive integer, naming it."""
    for name, size in sizes.items():
        if not _is_integer(size) or size < 1:  # type: ignore[operator]
            raise ValueError(f"{name} must be a positive integer, got {shown(size)}")


def check_texts(owner: str, **texts: object) -> None:
    """Raise ValueError for one that is no text."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"{owner}: {name} must be a text in quotes, got {shown(text)}")


def check_tuple(what: str, given: object, kind: type, example: str) -> None:
    """Raise ValueError unless a value is a tuple of one kind of things."""
    if not isinstance(given, tuple):
        raise ValueError(f"{what} must be a tuple such as {example}, got {shown(given)}")
    for each in given:
        if not (_is_integer(each) if kind is int else isinstance(each, kind)):
            raise ValueError(f"{what} must be a tuple such as {example}, got {shown(each)} in it")


def check_builder(owner: str, build: object) -> None:
    """Raise ValueError unless `build` can be called without arguments and is no network itself."""
    is_network = hasattr(build, "forward") and not isinstance(build, type)
    if is_network or not callable(build):
        wrong = f"is {shown(build)}"
    elif misfit := misfits(build):
        wrong = f"cannot be called without arguments ({misfit})"
    else:
        return
    raise ValueError(
        f"{owner}: build {wrong}: give a function without arguments that returns a new torch.nn.Module, "
        "such as functools.partial(build, 64)"
    )


def misfits(function: Callable[..., object], *arguments: object) -> str:
    """Reason why a function cannot take some arguments, "" if it can or if that is not known."""
    try:
        parameters = signature(function)
    except (TypeError, ValueError):  # written in C
        return ""
    try:
        parameters.bind(*arguments)
    except TypeError as error:
        return str(error)
    return ""


def _is_integer(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)
