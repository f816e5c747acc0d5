"""Variants in a sweep, their work, and the condition under which they are timed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from guidelines import formulas
from guidelines.paper import Platform

Shape = tuple[int, int, int, int]
Expectation = Literal["slower", "faster"]
CHANNEL_RULES = ("paper", "exact")
LAYOUTS = ("nchw", "nhwc")
AUTO_BATCH = 0


class Device(str):
    """A device by torch's name: "cpu", "cuda:0"."""

    __slots__ = ()

    @property
    def is_cpu(self) -> bool:
        """Whether it is the CPU, which launches nothing and needs no synchronising."""
        return self == "cpu"

    @property
    def paper_platform(self) -> Platform:
        """The paper's column to set beside this device: "arm" for a CPU, else "gpu"."""
        return "arm" if self.is_cpu else "gpu"


@dataclass(frozen=True)
class Dtype:
    """A data type by torch's name, and the bytes of one item.

    `tolerance` is the largest difference, over the largest value, that another order of additions explains
    after ten layers in a row, each of which rounds.
    """

    name: str
    item_bytes: int
    tolerance: float


@dataclass(frozen=True)
class Mode:
    """A way to run a network; `prepared` says in a word what happens to it before the timing, if anything."""

    name: str
    description: str = ""
    prepared: str = ""


DTYPES = {
    dtype.name: dtype
    for dtype in (
        Dtype("float32", item_bytes=4, tolerance=1e-4),
        Dtype("float16", item_bytes=2, tolerance=1e-2),
        Dtype("bfloat16", item_bytes=2, tolerance=5e-2),
    )
}
MODES = {
    mode.name: mode
    for mode in (
        Mode("eager"),
        Mode("compile", "torch.compile", prepared="compiled"),
        Mode("cudagraph", "captured and replayed", prepared="captured"),
    )
}


@dataclass(frozen=True)
class Condition:
    """Where and how a sweep is timed; the defaults are the paper's set-up.

    AUTO_BATCH stands for a batch that is still to be found. `channel_rule` says how widths are chosen for
    equal work: as the paper published them, or exactly equal.
    """

    device: Device
    device_name: str
    dtype: str = "float32"
    layout: str = "nchw"
    mode: str = "eager"
    batch_size: int = 1
    image_size: int = 56
    threads: int = 1
    channel_rule: str = "paper"

    def __post_init__(self) -> None:
        object.__setattr__(self, "device", Device(self.device))

    @property
    def id(self) -> str:
        """The device and whatever departs from the paper's set-up: "cpu", "cuda:0-float16-b8"."""
        marks = {
            "dtype": self.dtype,
            "layout": self.layout,
            "mode": self.mode,
            "batch_size": f"b{self.batch_size or 'auto'}",
            "image_size": f"{self.image_size}px",
            "threads": f"t{self.threads}",
            "channel_rule": self.channel_rule,
        }
        defaults = {field.name: field.default for field in fields(self)}
        departures = [mark for name, mark in marks.items() if getattr(self, name) != defaults[name]]
        return "-".join([self.device, *departures])


@dataclass(frozen=True)
class Setup:
    """The paper's set-up of an experiment, where the command does not ask for another."""

    image_sizes: tuple[int, ...] = (56,)
    cpu_batch_sizes: tuple[int, ...] = (1,)
    cuda_batch_sizes: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Conv:
    """One convolution, stride 1, equal padding, no bias: c1 -> c2 channels in g groups."""

    c1: int
    c2: int
    kernel_size: int = 1
    groups: int = 1


@dataclass(frozen=True)
class Cost:
    """Work of one call on one batch, and the network's parameters.

    `memory_access` counts the elements that all operators but views read and write, `conv_memory_access`
    those of convolutions and linear layers, by the paper's equation (2). None: an older file does not say.
    """

    multiply_adds: int = 0
    conv_memory_access: int | None = 0
    memory_access: int = 0
    parameters: int | None = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        names = [field.name for field in fields(Cost)]
        sums = {name: _sum_of_known(getattr(self, name), getattr(other, name)) for name in names}
        return Cost(**sums)  # type: ignore[arg-type]  # only what may be None is None


def _sum_of_known(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


@dataclass(frozen=True)
class Stack:
    """The work of convolutions in a row, at one image size, in closed form.

    `elementwise_accesses` counts the elements that operators other than convolutions read and write per
    pixel (ReLU over c channels: 2 c; add: 3 c).
    """

    convs: tuple[Conv, ...]
    elementwise_accesses: int = 0

    @property
    def in_channels(self) -> int:
        """Channels of the first convolution's input."""
        return self.convs[0].c1

    def image_size(self, condition: Condition) -> int:
        """The image size of the condition."""
        return condition.image_size

    def cost(self, shape: Shape) -> Cost:
        """Work on an input of a shape: convolutions as in the paper, plus element-wise operators."""
        n, _, height, width = shape
        multiply_adds = memory_access = parameters = 0
        for conv in self.convs:
            kind = {"kernel_size": conv.kernel_size, "groups": conv.groups}
            multiply_adds += n * formulas.multiply_adds(height, width, conv.c1, conv.c2, **kind)
            memory_access += formulas.memory_access(height, width, conv.c1, conv.c2, **kind, batch_size=n)
            parameters += formulas.parameters(conv.c1, conv.c2, **kind)
        return Cost(
            multiply_adds=multiply_adds,
            memory_access=memory_access + n * height * width * self.elementwise_accesses,
            conv_memory_access=memory_access,
            parameters=parameters,
        )

    def largest_operator_elements(self, shape: Shape) -> int:
        """Elements that the widest convolution reads and writes, without its weights."""
        n, _, height, width = shape
        return n * height * width * max(conv.c1 + conv.c2 for conv in self.convs)


@dataclass(frozen=True)
class Traced:
    """The work of a network that no closed form describes, counted for the shape of an input.

    `largest_operator_elements` counts what its largest layer reads and writes. `own_image_size` is the one
    that a row of a table asks for, whatever the condition's.
    """

    in_channels: int
    cost: Callable[[Shape], Cost] = field(compare=False)
    largest_operator_elements: Callable[[Shape], int] = field(compare=False)
    own_image_size: int | None = None

    def image_size(self, condition: Condition) -> int:
        """The network's own image size, else the condition's."""
        return self.own_image_size or condition.image_size


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
