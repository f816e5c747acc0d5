"""Find sums of element-wise products, which are sums of products in two operators: (x * y).sum()."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch._ops import OpOverload
from torch.utils.weak import WeakTensorKeyDictionary

from guidelines.networks.cost.operator import is_view
from guidelines.networks.cost.operator_table import plain
from guidelines.networks.cost.products import tensors


class ElementProducts:
    """Remembers the products of two tensors, and the views of them, as long as they exist."""

    def __init__(self) -> None:
        self._tensors = WeakTensorKeyDictionary()

    def are_summed(self, operator: Any, args: Sequence[Any], out: Any) -> bool:
        """True if an operator sums what a product returned. It has to be told of every operator."""
        if not isinstance(operator, OpOverload) or operator.namespace != "aten":
            return False
        name = plain(operator._opname)
        was_product = bool(args) and isinstance(args[0], Tensor) and args[0] in self._tensors
        if was_product and operator._schema.is_mutable:
            del self._tensors[args[0]]
        if (name == "mul" and _has_two_tensors(args)) or (was_product and is_view(operator)):
            self._tensors.update(dict.fromkeys(tensors((out,)), True))
        return was_product and name == "sum"


def _has_two_tensors(args: Sequence[Any]) -> bool:
    """False for a product with a number."""
    return all(isinstance(arg, Tensor) and arg.dim() > 0 for arg in args[:2])
