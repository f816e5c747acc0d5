"""The work of a network: in closed form for convolutions, else counted by a trace."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from guidelines.spec import formulas
from guidelines.spec.condition import Condition
from guidelines.spec.mistakes import check_sizes, check_tuple

Shape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Conv:
    """One convolution of a Stack: c1 input channels to c2 output channels, in `groups` groups.

    It has stride 1, a padding that keeps the image size, and a square kernel of `kernel_size`. Each group
    convolves c1 / groups channels to c2 / groups; 1 is a usual convolution, c1 a depthwise one. A bias does
    not count, as in the paper. It describes work only: what is timed is what the Variant's `build` returns.
    """

    c1: int
    c2: int
    kernel_size: int = 1
    groups: int = 1


@dataclass(frozen=True)
class Cost:
    """Work of one call on one batch, and the network's parameters.

    `memory_access` is the number of elements that all operators except views read and write;
    `conv_memory_access` counts only convolutions and linear layers, by the paper's equation (2).
    None if an older file does not hold the number.
    """

    multiply_adds: int = 0
    conv_memory_access: int | None = 0
    memory_access: int = 0
    parameters: int | None = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Sum of two costs; a number that is unknown in one of them is unknown in the sum."""
        return total((self, other))


def total(costs: Iterable[Cost]) -> Cost:
    """Sum of any number of costs, likewise."""
    each = tuple(costs)
    return Cost(
        multiply_adds=sum(cost.multiply_adds for cost in each),
        conv_memory_access=_sum_of_known(cost.conv_memory_access for cost in each),
        memory_access=sum(cost.memory_access for cost in each),
        parameters=_sum_of_known(cost.parameters for cost in each),
    )


def _sum_of_known(numbers: Iterable[int | None]) -> int | None:
    known = 0
    for number in numbers:
        if number is None:
            return None
        known += number
    return known


@dataclass(frozen=True, order=True)
class Operators:
    """Calls of one kind of operator, all of the same work, in one call of a network.

    `kind` is the class of its run time, such as "convolution", "" if it is in none. `memory_access` is the
    number of elements that each call reads and writes, those of one tensor once, and `in_place` the number of
    those that it reads and then writes to. `written` is the number of elements that it writes, those in place
    among them; None if an older file does not hold it.
    """

    kind: str
    calls: int
    multiply_adds: int
    memory_access: int
    in_place: int = 0
    written: int | None = None

    @property
    def touched(self) -> int:
        """Elements in memory that one call reads or writes, each once."""
        return self.memory_access - self.in_place


@dataclass(frozen=True)
class Stack:
    """The declared work of a network: all its convolutions, at one image size.

    `convs` are all convolutions of one call, also those of parallel branches; the first one takes the input.
    `elementwise_accesses` is the number of elements per pixel that all other operators read and write in one
    call: 2 c for a ReLU or a normalisation on c channels (a read and a write), 3 c for the addition of two
    tensors (two reads and a write). Ten blocks that end in a ReLU on c channels declare 10 * 2 * c.

    For a network with other layers, or of several image sizes, see Traced.

    Before a network is timed, one call is counted: other multiply-adds than declared are an error; if the
    memory access is off by more than 1 %, a note below the table names the value that would agree.
    Raises ValueError for values of other types.
    """

    convs: tuple[Conv, ...]
    elementwise_accesses: int = 0

    def __post_init__(self) -> None:
        check_tuple("Stack: convs", self.convs, Conv, "(Conv(64, 64, 3),)")
        if not self.convs:
            raise ValueError(
                "Stack: convs is empty; for a network without convolutions see guidelines.Traced"
            )
        if self.elementwise_accesses != 0:
            check_sizes(elementwise_accesses=self.elementwise_accesses)

    @property
    def in_channels(self) -> int:
        """Channels of the first convolution's input."""
        return self.convs[0].c1

    def image_size(self, condition: Condition) -> int:
        """The image size of the condition."""
        return condition.image_size

    def cost(self, shape: Shape) -> Cost:
        """Work on an input: the convolutions as in the paper, plus the element-wise operators."""
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
        """Elements that the largest convolution reads and writes, without its weights."""
        n, _, height, width = shape
        return n * height * width * max(conv.c1 + conv.c2 for conv in self.convs)


@dataclass(frozen=True)
class Traced:
    """The work of a network that is no Stack, such as one with pools or linear layers.

    `guidelines.counted(build, in_channels=64)` makes it: the suite counts the network that `build` makes. A
    row of a table is then `Variant("se", "SE block", (64,), counted(build, in_channels=64), build)`.

    `cost` gives the work for the shape of an input, and `largest_operator_elements` the number of elements
    that the largest layer reads and writes. `own_image_size` replaces the condition's image size.
    """

    in_channels: int
    cost: Callable[[Shape], Cost] = field(compare=False)
    largest_operator_elements: Callable[[Shape], int] = field(compare=False)
    own_image_size: int | None = None

    def __post_init__(self) -> None:
        check_sizes(in_channels=self.in_channels)
        if self.own_image_size is not None:
            check_sizes(image_size=self.own_image_size)

    def image_size(self, condition: Condition) -> int:
        """The network's own image size if it has one, else that of the condition."""
        return self.own_image_size or condition.image_size
