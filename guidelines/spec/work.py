"""The work of a network: convolutions in closed form, or counted by a trace."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from guidelines.spec import formulas
from guidelines.spec.condition import Condition

Shape = tuple[int, int, int, int]


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
