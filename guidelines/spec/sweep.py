"""Variants of a network, and sweeps that compare them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from guidelines.spec.condition import Condition
from guidelines.spec.mistakes import check_builder, check_sizes, check_texts, check_tuple, shown
from guidelines.spec.work import Cost, Shape, Stack, Traced

Expectation = Literal["slower", "faster"]


@dataclass(frozen=True)
class Variant:
    """One row of a table: a network, described by its `work` and built by `build`.

    `id` is the row's word for pytest's -k, `name` its name in tables; `widths` are its numbers of channels,
    () if it has many. `build` takes no arguments and returns a new torch.nn.Module, whose forward() takes one
    batch of images and returns one tensor. `groups` is the number of groups of its convolutions, for records.
    `before_sample` is called with the module before each sample, untimed, and `part_seconds` after it: a
    module that times parts of its own calls gives the seconds that these took since then, by name.
    Raises ValueError for an id that cannot stand in a pytest expression, and for values of other types.
    """

    id: str
    name: str
    widths: tuple[int, ...]
    work: Stack | Traced
    build: Callable[[], Any] = field(compare=False)
    groups: int = 1
    before_sample: Callable[[Any], object] = field(default=lambda module: None, compare=False)
    part_seconds: Callable[[Any], Mapping[str, float]] = field(default=lambda module: {}, compare=False)

    def __post_init__(self) -> None:
        owner = f"variant {shown(self.id)}"
        check_texts(owner, id=self.id, name=self.name)
        if not re.fullmatch(r"[\w:.+/-]+", self.id):
            raise ValueError(f"variant id {self.id!r}: use letters, digits and _ : . + / - only")
        check_tuple(f"{owner}: widths", self.widths, int, "(64,)")
        if not isinstance(self.work, Stack | Traced):
            raise ValueError(
                f"{owner}: work must be a Stack of convolutions, or guidelines.counted(build, "
                f"in_channels=64), got {shown(self.work)}"
            )
        check_builder(owner, self.build)
        check_sizes(groups=self.groups)

    def input_shape(self, condition: Condition) -> Shape:
        """Shape of the input: (batch_size, in_channels, image_size, image_size)."""
        side = self.work.image_size(condition)
        return condition.batch_size, self.work.in_channels, side, side

    def cost(self, condition: Condition) -> Cost:
        """Work on one batch."""
        return self.work.cost(self.input_shape(condition))


@dataclass(frozen=True)
class Sweep:
    """Networks of equal work to compare, from the baseline to the extreme: one column of a table.

    `guideline` is a short name ("G5"), `claim` says in words what is expected, and `name` tells the sweeps of
    a guideline apart ("c24"). The first variant is the baseline, to which slow-downs are relative.

    The claim that is judged: the last variant is slower than the first, or with `expect="faster"`, faster.
    With `claims_every_row`, every variant but the first is, and the one that is farthest from the claim
    decides. It is about the time per multiply-add with `per_multiply_add`, and for rows whose work differs
    from the first one's by more than 0.5 %.
    Raises ValueError for fewer than two variants, for an id or a name that occurs twice, and for values of
    other types.
    """

    guideline: str
    claim: str
    name: str
    variants: tuple[Variant, ...]
    expect: Expectation = "slower"
    per_multiply_add: bool = False
    claims_every_row: bool = False

    def __post_init__(self) -> None:
        owner = f"Sweep {shown(self.guideline)}"
        check_texts(owner, guideline=self.guideline, claim=self.claim, name=self.name)
        check_tuple(f"{owner}: variants", self.variants, Variant, "(Variant(...), Variant(...))")
        if self.expect not in get_args(Expectation):
            raise ValueError(f"{owner}: expect must be 'slower' or 'faster', got {shown(self.expect)}")
        self._check_distinct("ids", [variant.id for variant in self.variants])
        self._check_distinct("names", [variant.name for variant in self.variants])

    def _check_distinct(self, kind: str, given: list[str]) -> None:
        if len(given) < 2 or len(set(given)) < len(given):
            raise ValueError(f"{self.guideline} {self.name}: needs two or more distinct {kind}, got {given}")

    @property
    def baseline(self) -> Variant:
        """The first variant, to which every slow-down is relative."""
        return self.variants[0]

    @property
    def extreme(self) -> Variant:
        """The last variant, which decides the verdict unless the claim is about every row."""
        return self.variants[-1]

    @property
    def judged(self) -> tuple[Variant, ...]:
        """The variants without which the claim cannot be found to hold: the last, or all but the first."""
        return self.variants[1:] if self.claims_every_row else self.variants[-1:]
