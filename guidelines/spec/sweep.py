"""Variants of equal work, and the sweep that compares them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from guidelines.spec.condition import Condition
from guidelines.spec.work import Cost, Shape, Stack, Traced

Expectation = Literal["slower", "faster"]


@dataclass(frozen=True)
class Variant:
    """One row of a table: a network, described by its work and built by `build`.

    `id` is what -k matches, `name` what tables show; `widths` are its channels, () if it has many.
    Raises ValueError for an id that a pytest expression cannot hold.
    """

    id: str
    name: str
    widths: tuple[int, ...]
    work: Stack | Traced
    build: Callable[[], Any] = field(compare=False)
    groups: int = 1

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w:.+/-]+", self.id):
            raise ValueError(f"variant id {self.id!r}: use letters, digits and _ : . + / - only")

    def input_shape(self, condition: Condition) -> Shape:
        """Its input: (batch_size, in_channels, image_size, image_size)."""
        side = self.work.image_size(condition)
        return condition.batch_size, self.work.in_channels, side, side

    def cost(self, condition: Condition) -> Cost:
        """Its work on one batch."""
        return self.work.cost(self.input_shape(condition))


@dataclass(frozen=True)
class Sweep:
    """One column of a table: variants of equal work, ordered from the baseline to the extreme.

    The first variant is the baseline, the last one decides the verdict. With `claims_every_row` the claim is
    about every other variant, and the one farthest from it decides. `expect` says what is claimed of the
    time, or of the time per multiply-add if the work is not equal.
    Raises ValueError for fewer than two variants or an id or a name given twice.
    """

    guideline: str
    claim: str
    name: str
    variants: tuple[Variant, ...]
    expect: Expectation = "slower"
    per_multiply_add: bool = False
    claims_every_row: bool = False

    def __post_init__(self) -> None:
        for what in ("id", "name"):
            given = [getattr(variant, what) for variant in self.variants]
            if len(given) < 2 or len(set(given)) < len(given):
                raise ValueError(
                    f"{self.guideline} {self.name}: needs two or more distinct {what}s, got {given}"
                )

    @property
    def baseline(self) -> Variant:
        """The variant that every slow-down is relative to."""
        return self.variants[0]

    @property
    def extreme(self) -> Variant:
        """The last variant, whose slow-down decides the verdict unless the claim is about every row."""
        return self.variants[-1]
