"""What is compared: variants in a sweep, and the condition under which they are timed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from guidelines.cost import conv_memory_access, conv_multiply_adds, conv_parameters

Shape = tuple[int, int, int, int]
Expectation = Literal["slower", "faster"]
Platform = Literal["arm", "gpu"]
CHANNEL_RULES = ("paper", "exact")
DTYPES = ("float32", "float16", "bfloat16")
LAYOUTS = ("nchw", "nhwc")
AUTO_BATCH = 0
MODES = ("eager", "compile", "cudagraph")


@dataclass(frozen=True)
class Condition:
    """Where and how a sweep is timed; the defaults are the paper's set-up.

    AUTO_BATCH stands for a batch that is still to be found.
    """

    device: str
    device_name: str
    dtype: str = "float32"
    layout: str = "nchw"
    mode: str = "eager"
    batch_size: int = 1
    image_size: int = 56
    threads: int = 1
    channels: str = "paper"

    @property
    def platform(self) -> Platform:
        """The paper's column that this device is set beside: "arm" for a CPU, else "gpu"."""
        return "arm" if self.device == "cpu" else "gpu"

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
            "channels": self.channels,
        }
        defaults = {field.name: field.default for field in fields(self)}
        departures = (mark for name, mark in marks.items() if getattr(self, name) != defaults[name])
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
    """Work of one call of a network on one batch, its weights, and the elements of its widest operator.

    `memory_access` is that of all operators, `conv_memory_access` that of convolutions and linear layers.
    """

    multiply_adds: int
    conv_memory_access: int
    memory_access: int
    parameters: int
    widest_access: int


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
        """The condition's."""
        return condition.image_size

    def cost(self, shape: Shape) -> Cost:
        """Memory access as in the paper plus element-wise operators."""
        n, _, height, width = shape
        multiply_adds = memory_access = parameters = 0
        for c in self.convs:
            kind = {"kernel_size": c.kernel_size, "groups": c.groups}
            multiply_adds += n * conv_multiply_adds(height, width, c.c1, c.c2, **kind)
            memory_access += conv_memory_access(height, width, c.c1, c.c2, **kind, batch_size=n)
            parameters += conv_parameters(c.c1, c.c2, **kind)
        pixels = n * height * width
        return Cost(
            multiply_adds,
            memory_access,
            memory_access + pixels * self.elementwise_accesses,
            parameters,
            pixels * max(c.c1 + c.c2 for c in self.convs),
        )


@dataclass(frozen=True)
class Traced:
    """The work of a network that no closed form describes: `cost` counts it for the shape of an input.

    `own_image_size` is the one that a row of a table asks for, whatever the condition's.
    """

    in_channels: int
    cost: Callable[[Shape], Cost] = field(compare=False)
    own_image_size: int | None = None

    def image_size(self, condition: Condition) -> int:
        """Its own, else the condition's."""
        return self.own_image_size or condition.image_size


@dataclass(frozen=True)
class Variant:
    """One row of a table: a network, described by its work and built by `build`.

    `id` is what -k matches, `name` what tables show; `channels` are its widths, () where it has many.
    Raises ValueError for an id that a pytest expression cannot hold.
    """

    id: str
    name: str
    channels: tuple[int, ...]
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

    The first variant is the baseline, the last is the one that decides; with `every` it is whichever other
    one is farthest from the claim. `expect` says what is claimed of its time, or of its time per multiply-add
    where the work is not equal.
    Raises ValueError for fewer than two variants or an id or a name given twice.
    """

    guideline: str
    claim: str
    name: str
    variants: tuple[Variant, ...]
    expect: Expectation = "slower"
    per_multiply_add: bool = False
    every: bool = False

    def __post_init__(self) -> None:
        for what in ("id", "name"):
            found = [getattr(variant, what) for variant in self.variants]
            if len(found) < 2 or len(set(found)) < len(found):
                raise ValueError(
                    f"{self.guideline} {self.name}: needs two or more distinct {what}s, got {found}"
                )

    @property
    def baseline(self) -> Variant:
        """The variant that every slow-down is relative to."""
        return self.variants[0]

    @property
    def extreme(self) -> Variant:
        """The variant whose slow-down decides the verdict, if not every one does."""
        return self.variants[-1]
