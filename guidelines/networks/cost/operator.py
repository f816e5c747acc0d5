"""Count the cost of one operator that torch dispatched, from its schema and its tensors."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch._ops import HigherOrderOperator

from guidelines.spec.work import Cost

Formula = Callable[[Sequence[Any], Any], int]
# Views, and allocations that write nothing, which cannot be told from their schemas.
FREE = {
    *("_unsafe_view", "unsafe_split", "unsafe_split_with_sizes"),
    *("empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"),
}
# Operators in place that do not read what they write to.
OVERWRITING = {"copy_", "fill_", "zero_", "bernoulli_", "exponential_", "normal_", "random_", "uniform_"}
# Convolutions and products of two matrices, as in linear layers: which arguments are input and weights.
LAYERS = {
    **dict.fromkeys(("convolution", "_convolution", "mm"), slice(0, 2)),
    **dict.fromkeys(("addmm", "_addmm_activation"), slice(1, 3)),
}
# Operators that read as much of their first tensor as they return.
GATHERS = {"embedding", "gather", "index", "index_select", "take"}
# Torch's operators that sum products: the multiply-adds of those without an entry in FORMULAS are not known.
SUMS_OF_PRODUCTS = re.compile(
    r"conv(?!ert)|attention|matmul|gemm|affine_grid|cholesky|geqrf|or[gm]qr|solve|linalg_(?!vector_norm|check)"
    r"|(^|_)(\w*mm|\w*mv|\w*dot|rnn|lstm|gru|linear|transformer|[cp]dist|fft)(_|$)|^_trilinear"
)


@dataclass(frozen=True)
class OperatorCost:
    """Work of one call of an operator; `is_known` is False if there is more, of unknown amount."""

    name: str
    work: Cost
    is_known: bool = True


def operator_cost(
    operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any
) -> OperatorCost | None:
    """Cost of a call that returned `out`; None for views and other operators that touch no element.

    Every tensor read and every tensor written counts once: relu_ on c elements 2 c, add_ 3 c, a
    concatenation twice its output, a maximum pool also its indices. Elements repeated by a stride of zero
    count once, and a look-up reads only the rows it returns. Memory access of convolutions covers
    convolutions and products of two matrices, as in linear layers: input, output and weights without bias
    (paper, equation 2). It leaves out products of batches of matrices, as in attention.
    """
    if isinstance(operator, HigherOrderOperator):
        return OperatorCost(str(operator), Cost(), is_known=False)
    namespace, _, name = operator._schema.name.partition("::")
    if namespace in ("prim", "profiler") or name in FREE or _is_view(operator):
        return None
    if any(x.layout != torch.strided or x.is_nested for x in tensors((args, *kwargs.values(), out))):
        return OperatorCost(f"{namespace}.{name}", Cost(), is_known=False)
    formula = FORMULAS.get(name.removesuffix("_"))
    work = Cost(
        multiply_adds=formula(args, out) if formula else 0,
        conv_memory_access=_elements([*args[LAYERS[name]], out]) if name in LAYERS else 0,
        memory_access=_elements(_moved(operator, args, kwargs, out)),
    )
    return OperatorCost(f"{namespace}.{name}", work, bool(formula) or _has_no_products(operator, args))


def _is_view(operator: Any) -> bool:
    """True if all results alias inputs and only shapes and strides are written."""
    returned = [returned.alias_info for returned in operator._schema.returns]
    is_alias = bool(returned) and all(alias and not alias.is_write for alias in returned)
    return is_alias or torch.Tag.inplace_view in operator.tags


def _has_no_products(operator: Any, args: Sequence[Any]) -> bool:
    """True if it certainly has no multiply-adds and the size of its result depends on no values."""
    is_torchs = operator.namespace in ("aten", "prims")
    is_sized = torch.Tag.dynamic_output_shape not in operator.tags
    if operator._opname == "index":  # the values of a mask decide its size, indices do not
        is_sized = all(x.dtype not in (torch.bool, torch.uint8) for x in tensors(args[1:]))
    return is_torchs and is_sized and not SUMS_OF_PRODUCTS.search(operator._opname)


def _moved(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Iterator[Any]:
    """Tensors that are read and tensors that are written; one changed in place comes twice."""
    schema = operator._schema
    given = {**dict(zip((argument.name for argument in schema.arguments), args, strict=False)), **kwargs}
    if operator._opname in GATHERS:
        given[schema.arguments[0].name] = out
    for argument in schema.arguments:
        is_written = argument.alias_info is not None and argument.alias_info.is_write
        if not argument.is_out and not (is_written and operator._opname in OVERWRITING):
            yield given.get(argument.name)
        if is_written:
            yield given.get(argument.name)
    results = out if len(schema.returns) > 1 else (out,)
    if "native_batch_norm" in operator._opname and not given.get("training"):
        results = out[:1]  # the statistics are empty, but not on the meta device
    yield [result for known, result in zip(schema.returns, results, strict=False) if not known.alias_info]


def _elements(values: Iterable[Any]) -> int:
    return sum(_distinct_elements(tensor) for tensor in tensors(values))


def _distinct_elements(tensor: Tensor) -> int:
    """Elements in memory; an element that a stride of zero repeats counts once."""
    sizes_and_strides = zip(tensor.shape, tensor.stride(), strict=True)
    return prod(size for size, stride in sizes_and_strides if stride)


def tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors among values, also within lists."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors(value)


def _convolution(args: Sequence[Any], out: Any) -> int:
    """(c1 / g) k^2 weights of each filter at every place of the output; if transposed, of the input."""
    x, weight, is_transposed = args[0], args[1], args[6]
    places = x if is_transposed else out
    return int(places.numel() * weight.numel() // weight.shape[0])


def _product(a: Tensor, b: Tensor) -> int:
    """(..., n, m) by (..., m, p), or by a vector."""
    return a.numel() * (b.shape[-1] if b.dim() > 1 else 1)


def _attention(args: Sequence[Any], _: Any) -> int:
    """Scores of every query with every key, and sums of the values; a causal mask changes nothing."""
    q, k, v = args[:3]
    return int(q.numel() // q.shape[-1] * k.shape[-2] * (q.shape[-1] + v.shape[-1]))


FORMULAS: Mapping[str, Formula] = {
    **dict.fromkeys(("convolution", "_convolution"), _convolution),
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "vdot"), lambda args, _: _product(*args[:2])),
    **dict.fromkeys(("addmm", "addbmm", "baddbmm", "addmv"), lambda args, _: _product(*args[1:3])),
    "_addmm_activation": lambda args, _: _product(*args[1:3]),
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
}
