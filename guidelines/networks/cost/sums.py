"""Find sums of element-wise products, which are sums of products in two operators: (x * y).sum()."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch._ops import OpOverload
from torch.utils.weak import WeakTensorKeyDictionary

from guidelines.networks.cost.operator import is_view
from guidelines.networks.cost.operator_table import plain
from guidelines.networks.cost.products import tensors

# Operators that sum elements besides `sum`. A mean of squares, (x * x).mean(), counts as none of them: it is
# a statistic of one input, as in normalisation.
SUMS = {
    *("mean", "nansum", "cumsum", "trace", "index_add", "scatter_add", "scatter_reduce", "segment_reduce"),
    *("avg_pool1d", "avg_pool2d", "avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d"),
}
# Operators of one tensor, and perhaps a number, whose result is still a product: copies, other types, scales.
KEEPING = {"clone", "_to_copy", "neg", "mul", "div"}


class ElementProducts:
    """Remembers the products of two tensors, with their views, copies and multiples, while they exist."""

    def __init__(self) -> None:
        # True for a product of two different tensors, False for a square.
        self._is_of_two = WeakTensorKeyDictionary()

    def are_summed(self, operator: Any, args: Sequence[Any], out: Any) -> bool:
        """True if an operator sums what a product returned. It has to be told of every operator."""
        if not isinstance(operator, OpOverload) or operator.namespace != "aten":
            return False
        name = plain(operator._opname)
        products = [self._is_of_two[x] for x in tensors(args) if x in self._is_of_two]
        made = self._made(operator, name, args)
        if operator._schema.is_mutable and args and args[0] in self._is_of_two:
            del self._is_of_two[args[0]]
        if made is not None:
            self._is_of_two.update(dict.fromkeys(tensors((out,)), made))
        return bool(products) and (name == "sum" or (name in SUMS and any(products)))

    def _made(self, operator: OpOverload, name: str, args: Sequence[Any]) -> bool | None:
        """True or False for an operator that returns a product, None for any other one."""
        if name == "mul" and _has_two_tensors(args):
            return args[0] is not args[1]
        is_kept = is_view(operator) or (name in KEEPING and not _has_two_tensors(args))
        is_product = bool(args) and isinstance(args[0], Tensor) and args[0] in self._is_of_two
        return self._is_of_two[args[0]] if is_kept and is_product else None


def _has_two_tensors(args: Sequence[Any]) -> bool:
    """False for a product with a number."""
    return len(args) > 1 and all(isinstance(arg, Tensor) and arg.dim() > 0 for arg in args[:2])
