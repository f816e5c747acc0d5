"""Observes one call of a network, operator by operator: multiply-adds, memory it keeps, denormals."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.measure.device.outputs import spread
from guidelines.networks.cost.operator import OperatorCost, operator_cost
from guidelines.networks.cost.products import tensors
from guidelines.spec.work import Operators

# Types whose denormal numbers a processor computes with as such; those of float16 are converted before.
WITH_DENORMALS = (torch.float32, torch.bfloat16)


class Observer(TorchDispatchMode):  # type: ignore[no-untyped-call]  # untyped in torch
    """Sums up the multiply-adds and memory access of all operators, and notes the memory they have taken.

    `has_unknown` is true if there was an operator whose multiply-adds are not known.
    """

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.multiply_adds = 0
        self.memory_access = 0
        self.has_unknown = False
        self._calls: Counter[Operators] = Counter()
        self._taken: list[tuple[StorageWeakRef, int]] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's compiler is loaded for a second if it is to be kept out of this class; it never gets in."""
        return False

    @property
    def operators(self) -> tuple[Operators, ...]:
        """The observed operators, those of equal work together."""
        return tuple(replace(each, calls=calls) for each, calls in sorted(self._calls.items()))

    @property
    def kept_bytes(self) -> int:
        """Bytes of the memory taken during the observed call that are still in use."""
        return sum(size for storage, size in self._taken if not storage.expired())  # type: ignore[no-untyped-call,misc]  # untyped in torch

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if torch.is_inference_mode_enabled() and isinstance(func, OpOverload):
            with self:  # outside of inference mode torch has composed it already
                out = func.decompose(*args, **kwargs)
            if out is not NotImplemented:
                return out
        out = func(*args, **kwargs)
        cost = operator_cost(func, args, kwargs, out)
        if cost is not None:
            self.multiply_adds += cost.work.multiply_adds
            self.memory_access += cost.work.memory_access
            self._calls[_one(cost)] += 1
            self.has_unknown = self.has_unknown or not cost.is_known
        self._note_memory((args, *kwargs.values()), out)
        return out

    def _note_memory(self, given: tuple[Any, ...], out: Any) -> None:
        """Note the storages of results that are no views of what was given."""
        known = {x.untyped_storage()._cdata for x in tensors(given) if has_storage(x)}
        for x in tensors((out,)):
            if has_storage(x) and x.untyped_storage()._cdata not in known:
                storage = x.untyped_storage()
                weakly = StorageWeakRef(storage)  # type: ignore[no-untyped-call]  # untyped in torch
                self._taken.append((weakly, storage.nbytes()))


def _one(cost: OperatorCost) -> Operators:
    """One call of an operator; what it changes in place it has to read, too, whatever it is given again."""
    return Operators(
        kind=cost.kind,
        calls=1,
        multiply_adds=cost.work.multiply_adds,
        memory_access=max(cost.work.memory_access - cost.not_read, cost.in_place + cost.written),
        in_place=cost.in_place,
        written=cost.written,
    )


def has_storage(x: Tensor) -> bool:
    """True if a tensor is a view of memory of its own, which sparse and nested ones are not."""
    return x.layout == torch.strided and not x.is_nested


@contextmanager
def uncompiled() -> Iterator[None]:
    """Functions that torch.compile has made run as they were written, so that their operators are seen."""
    if "torch._dynamo" not in sys.modules:  # nothing is compiled, and loading the compiler takes a second
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


class Denormals(TorchDispatchMode):  # type: ignore[no-untyped-call]  # untyped in torch
    """Estimates which share of all results of operators are denormal numbers."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self._denormal = 0.0
        self._elements = 0

    @property
    def share(self) -> float:
        """The share of denormal numbers, 0 if there were no results."""
        return self._denormal / max(1, self._elements)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        for x in tensors((out,)):
            if x.dtype in WITH_DENORMALS and x.numel() and has_storage(x):
                values = spread(x)
                is_denormal = (values != 0) & (values.abs() < torch.finfo(x.dtype).tiny)
                self._denormal += x.numel() * float(is_denormal.float().mean())
                self._elements += x.numel()
        return out
