"""What is compared: variants in a sweep, and the condition under which they are timed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from guidelines.cost import conv_memory_access, conv_multiply_adds, conv_parameters

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
class Conv:
    """One convolution, stride 1, equal padding, no bias: c1 -> c2 channels in g groups."""

    c1: int
    c2: int
    kernel_size: int = 1
    groups: int = 1


@dataclass(frozen=True)
class Cost:
    """Work of one call of a network on one batch, and its weights."""

    multiply_adds: int
    memory_access: int
    parameters: int


@dataclass(frozen=True)
class Variant:
    """One row of a table: a network, described by its convolutions and built by `build`.

    `id` is what -k matches, `name` what tables show. `elementwise_accesses` counts the elements that
    operators other than convolutions read and write per pixel (ReLU over c channels: 2 c; add: 3 c).
    Raises ValueError for an id that a pytest expression cannot hold.
    """

    id: str
    name: str
    channels: tuple[int, ...]
    convs: tuple[Conv, ...]
    build: Callable[[], Any] = field(compare=False)
    groups: int = 1
    elementwise_accesses: int = 0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w:.+/-]+", self.id):
            raise ValueError(f"variant id {self.id!r}: use letters, digits and _ : . + / - only")

    @property
    def in_channels(self) -> int:
        """Channels of the network's input."""
        return self.convs[0].c1

    def cost(self, condition: Condition) -> Cost:
        """Closed-form work of one call; memory access as in the paper plus element-wise operators."""
        n, side = condition.batch_size, condition.image_size
        multiply_adds = memory_access = parameters = 0
        for c in self.convs:
            shape = {"kernel_size": c.kernel_size, "groups": c.groups}
            multiply_adds += n * conv_multiply_adds(side, side, c.c1, c.c2, **shape)
            memory_access += conv_memory_access(side, side, c.c1, c.c2, **shape, batch_size=n)
            parameters += conv_parameters(c.c1, c.c2, **shape)
        memory_access += n * side * side * self.elementwise_accesses
        return Cost(multiply_adds, memory_access, parameters)


@dataclass(frozen=True)
class Sweep:
    """One column of a table: variants of equal work, ordered from the baseline to the extreme.

    The first variant is the baseline, the last is the one that decides; `expect` says what the
    guideline claims of it. Raises ValueError for fewer than two variants or an id or a name given twice.
    """

    guideline: str
    claim: str
    name: str
    variants: tuple[Variant, ...]
    expect: Expectation = "slower"

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
        """The variant whose slow-down decides the verdict."""
        return self.variants[-1]
