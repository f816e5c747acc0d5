"""A call of a network as data: its operators in their order, and the tensors between them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from guidelines.networks.cost.operator import OperatorCost


@dataclass(frozen=True)
class TensorSpec:
    """Shape, strides and type of a tensor; the type is torch's name, such as "float32"."""

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: str = "float32"

    @classmethod
    def of(cls, tensor: Tensor) -> "TensorSpec":
        """The properties of a tensor."""
        return cls(tuple(tensor.shape), tensor.stride(), str(tensor.dtype).removeprefix("torch."))

    @classmethod
    def dense(cls, shape: Sequence[int], like: "TensorSpec") -> "TensorSpec":
        """A tensor of another shape without gaps, in the type and the order of dimensions of a tensor.

        Channels come last if they do so in `like`.
        """
        order = list(range(len(shape)))
        if len(shape) == 4 and like.is_channels_last:
            order = [0, 2, 3, 1]
        stride, step = [0] * len(shape), 1
        for dimension in reversed(order):
            stride[dimension] = step
            step *= shape[dimension]
        return cls(tuple(shape), tuple(stride), like.dtype)

    @property
    def is_channels_last(self) -> bool:
        """True for images whose channels lie next to each other; False if that cannot be told."""
        is_image = len(self.shape) == 4 and len(self.stride) == 4
        return is_image and self.shape[1] > 1 and self.stride[1] == 1 and self.stride[3] != 1

    @property
    def extent(self) -> int:
        """Elements of memory from its first to its last one."""
        if 0 in self.shape:
            return 0
        reach = sum((size - 1) * step for size, step in zip(self.shape, self.stride, strict=True))
        return 1 + reach


@dataclass(frozen=True)
class Slot:
    """Stands for a tensor among the arguments of a call, by its index in the program."""

    index: int


@dataclass(frozen=True)
class Call:
    """One call of an operator: slots stand for tensors among its arguments and results.

    `layer` is the path of the innermost module that makes it, "" for the network itself. `cost` is None for
    views and other operators that touch no element. A result that is no tensor is None. `freed` are the
    tensors that the network's code let go of since the call before: a function of Python holds what it was
    given until it returns, so that a tensor may live longer than its last use.
    """

    layer: str
    operator: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    results: tuple[Slot | None, ...] = ()
    cost: OperatorCost | None = None
    freed: tuple[Slot, ...] = ()

    @property
    def name(self) -> str:
        """The operator's name without its namespace: "convolution"."""
        return str(self.operator._schema.name.partition("::")[2])

    @property
    def is_view(self) -> bool:
        """True if its results are in the memory of the first tensor that it reads."""
        is_new = self.name.startswith(("empty", "new_empty"))
        return self.cost is None and bool(self.read) and not is_new

    @property
    def read(self) -> tuple[Slot, ...]:
        """The slots of its arguments, in their order."""
        return tuple(slots((*self.args, *self.kwargs.values())))

    @property
    def written(self) -> tuple[Slot, ...]:
        """The slots of its results; one that is also read was changed in place."""
        return tuple(slot for slot in self.results if slot is not None)

    def with_values(self, value_of: Callable[[Any], Any]) -> "Call":
        """The same call with each value among its arguments, also in sequences, replaced."""
        args = tuple(replaced(each, value_of) for each in self.args)
        kwargs = {name: replaced(each, value_of) for name, each in self.kwargs.items()}
        return replace(self, args=args, kwargs=kwargs)


@dataclass(frozen=True, eq=False)
class Program:
    """Calls in their order, and the tensors that their slots stand for; equal to none but itself.

    Tensors that no call writes are given from outside: inputs and weights. `setup` are calls that are made
    once, before any other. `outputs` are the slots of what it computes. `dependent` are the indices of the
    tensors whose values depend on the network's inputs: weights do not.
    """

    tensors: Mapping[int, TensorSpec]
    calls: tuple[Call, ...]
    outputs: tuple[Slot, ...]
    setup: tuple[Call, ...] = ()
    dependent: frozenset[int] = frozenset()

    @property
    def given(self) -> tuple[int, ...]:
        """Indices of the tensors that are given from outside, each once; an output may be one."""
        written: set[int] = set()
        given: dict[int, None] = {}
        for call in (*self.setup, *self.calls):
            for slot in call.read:
                if slot.index not in written:
                    given[slot.index] = None
            written |= {slot.index for slot in call.written}
        for slot in self.outputs:
            if slot.index not in written:
                given[slot.index] = None
        return tuple(given)

    def only(self, calls: Sequence[Call]) -> "Program":
        """Some of its calls alone; what others computed for them is given from outside."""
        return Program(self.tensors, tuple(calls), calls[-1].written or calls[-1].read[:1])


def kept(calls: Iterable[Call], is_kept: Callable[[Call], bool]) -> list[Call]:
    """Some of the calls; what was freed before one that goes is freed before the next one that stays."""
    left: list[Call] = []
    freed: tuple[Slot, ...] = ()
    for call in calls:
        freed += call.freed
        if is_kept(call):
            left.append(replace(call, freed=freed))
            freed = ()
    return left


def slots(values: Any) -> Iterator[Slot]:
    """The slots in arguments of a call, which may hold sequences."""
    if isinstance(values, Slot):
        yield values
    elif isinstance(values, (tuple, list)):
        for each in values:
            yield from slots(each)


def replaced(values: Any, value_of: Callable[[Any], Any]) -> Any:
    """Arguments of a call, with each value in its sequences replaced."""
    if isinstance(values, (tuple, list)):
        return type(values)(replaced(each, value_of) for each in values)
    return value_of(values)
