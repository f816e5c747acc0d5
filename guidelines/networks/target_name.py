"""Read the name of a target: package.module:callable, file.py:callable or either with arguments."""

import ast
from dataclasses import dataclass, field
from typing import Any

LITERALS = 'literals, such as "text", 3, 0.5, True, None or (1, 2)'


class TargetError(Exception):
    """A target cannot be built; the message is one line that names it."""


@dataclass(frozen=True)
class TargetName:
    """Place of a target (a module's name or a file's path), the path of its attributes, and its arguments."""

    where: str
    attributes: tuple[str, ...]
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    is_call: bool = False

    @property
    def is_file(self) -> bool:
        """True if it is in a file named by its path."""
        return self.where.endswith(".py") or "/" in self.where

    @property
    def plain(self) -> str:
        """The name without arguments."""
        return f"{self.where}:{'.'.join(self.attributes)}"


def read_name(name: str) -> TargetName:
    """The parts of a name with a colon. Raises TargetError if an argument is no literal."""
    where, _, what = name.partition(":")
    try:
        expression = ast.parse(what.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise TargetError(f"{name}: {what!r} is no callable, such as Net or Net(10)") from error
    call = expression if isinstance(expression, ast.Call) else None
    attributes = _attributes(call.func if call else expression)
    if not attributes:
        raise TargetError(f"{name}: {what!r} is no callable, such as Net or Net(10)")
    if call is None:
        return TargetName(where, attributes)
    return TargetName(
        where,
        attributes,
        arguments=tuple(_literal(name, argument) for argument in call.args),
        keywords={_keyword(name, each): _literal(name, each.value) for each in call.keywords},
        is_call=True,
    )


def _attributes(expression: ast.expr) -> tuple[str, ...]:
    """("Net", "build") for Net.build; nothing for what is not a path of attributes."""
    if isinstance(expression, ast.Name):
        return (expression.id,)
    if isinstance(expression, ast.Attribute) and (path := _attributes(expression.value)):
        return (*path, expression.attr)
    return ()


def _keyword(name: str, keyword: ast.keyword) -> str:
    if keyword.arg is None:
        raise TargetError(f"{name}: ** is no argument that can be given; arguments are {LITERALS}")
    return keyword.arg


def _literal(name: str, argument: ast.expr) -> Any:
    try:
        return ast.literal_eval(argument)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        shown = ast.unparse(argument)
        hint = f'; near: "{shown}", in a shell with quotes around the whole' if shown.isidentifier() else ""
        raise TargetError(f"{name}: {shown} is no literal{hint}; arguments are {LITERALS}") from error
