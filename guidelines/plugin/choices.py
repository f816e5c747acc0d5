"""Read the values of options: one of some choices, or a comma list."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from guidelines.spec.condition import ChannelRule, CudnnChoice, Layout, Mode

T = TypeVar("T")


def choice(choices: Collection[str]) -> Callable[[str], str]:
    """A function that reads one of some choices. It raises ArgumentTypeError for any other text."""

    def parse_choice(text: str) -> str:
        if text not in choices:
            raise ArgumentTypeError(f"{text!r} is not one of {', '.join(choices)}")
        return text

    return parse_choice


def list_of(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """A function that reads values separated by commas. It raises ArgumentTypeError if one comes twice."""

    def parse_list(text: str) -> tuple[T, ...]:
        values = tuple(parse(part.strip()) for part in text.split(","))
        for value in values:
            if values.count(value) > 1:
                raise ArgumentTypeError(f"{value} is named twice in {text!r}")
        return values

    return parse_list


def described(choices: Mapping[str, ChannelRule | Layout | Mode | CudnnChoice]) -> str:
    """Names of all choices, each with its description if it has one."""
    return ", ".join(f"{c.name} ({c.description})" if c.description else c.name for c in choices.values())
