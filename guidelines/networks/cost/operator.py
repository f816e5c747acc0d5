"""Count the cost of one operator that torch dispatched, from its schema and its tensors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch._ops import HigherOrderOperator

from guidelines.networks.cost.elements import elements, not_read
from guidelines.networks.cost.operator_table import NONE, entry_of, plain
from guidelines.networks.cost.products import ATTENTION, BAGS, CONVOLUTIONS, FORMULAS, tensors
from guidelines.spec.work import Cost

# Views, and allocations that write nothing, which cannot be told from their schemas.
FREE = {
    *("_unsafe_view", "unsafe_split", "unsafe_split_with_sizes"),
    *("empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"),
}
# Operators in place that do not read what they write to.
OVERWRITING = {"copy_", "fill_", "zero_", "bernoulli_", "exponential_", "normal_", "random_", "uniform_"}
# Convolutions and products of two matrices, as in linear layers: which arguments are input and weights.
LAYERS = {
    **dict.fromkeys((*CONVOLUTIONS, "mm"), slice(0, 2)),
    **dict.fromkeys(("addmm", "_addmm_activation"), slice(1, 3)),
}
# Operators that read as much of their first tensor as they return.
GATHERS = {"embedding", "gather", "index", "index_select", "take"}
# Operators whose first result alone counts: the others are for gradients.
FIRST_RESULT = {*ATTENTION, *BAGS.split()}
# Composite operators that compute their products themselves, not by calling others.
OPAQUE = {
    *("quantized_gru_cell", "quantized_lstm_cell", "quantized_rnn_relu_cell", "quantized_rnn_tanh_cell"),
    "_wrapped_quantized_linear_prepacked",
}


@dataclass(frozen=True)
class OperatorCost:
    """Work of one call of an operator; `is_known` is False if there is more, of unknown amount.

    `kind` is the class of its run time, "" if it is in none. `in_place` is the number of elements that it
    reads and then writes to, `written` that of elements that it writes, those in place among them. `not_read`
    is the number of elements in its memory access that it is given more than once, as in x + x, or that it
    passes over, as a 1x1 convolution of stride 2 does: they take no time.
    """

    name: str
    work: Cost
    is_known: bool = True
    kind: str = ""
    in_place: int = 0
    not_read: int = 0
    written: int = 0


def operator_cost(
    operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any
) -> OperatorCost | None:
    """Cost of a call that returned `out`; None for views and other operators that touch no element.

    Every tensor read and every tensor written counts once: relu_ on c elements 2 c, add_ 3 c, a
    concatenation twice its output, a maximum pool also its indices. Elements repeated by a stride of zero
    count once, and a look-up reads only the rows it returns. What a large stride passes over counts, too.
    Attention reads queries, keys, values and a mask, and writes its output: its scores are never in memory.
    A recurrent layer reads its weights once.
    Memory access of convolutions covers convolutions and products of two matrices, as in linear layers:
    input, output and weights without bias (paper, equation 2). It leaves out products of batches of matrices,
    as in attention, and recurrent layers.
    """
    if isinstance(operator, HigherOrderOperator):
        return OperatorCost(str(operator), Cost(), is_known=False)
    namespace, _, name = operator._schema.name.partition("::")
    if namespace in ("prim", "profiler") or name in FREE or is_view(operator):
        return None
    if any(x.layout != torch.strided or x.is_nested for x in tensors((args, *kwargs.values(), out))):
        return OperatorCost(f"{namespace}.{name}", Cost(), is_known=False)
    multiply_adds = _multiply_adds(operator, args, out)
    written = elements(_written(operator, args, kwargs, out))
    work = Cost(
        multiply_adds=multiply_adds or 0,
        conv_memory_access=elements([*args[LAYERS[name]], out]) if name in LAYERS else 0,
        memory_access=elements(_read(operator, args, kwargs, out)) + written,
    )
    entry = entry_of(operator._schema.name)
    return OperatorCost(
        name=f"{namespace}.{name}",
        work=work,
        is_known=multiply_adds is not None,
        kind=entry.kind if entry else "",
        in_place=elements(_changed_in_place(operator, args, kwargs)),
        not_read=not_read(name, _by_name(operator, args, kwargs), out),
        written=written,
    )


def is_whole(operator: Any) -> bool:
    """True for a composite operator that counts as one, not as the operators that torch composes it of."""
    return operator.namespace == "aten" and (operator._opname in FORMULAS or operator._opname in OPAQUE)


def _multiply_adds(operator: Any, args: Sequence[Any], out: Any) -> int | None:
    """None if the operator may sum products, but not a known number of them."""
    if formula := FORMULAS.get(plain(operator._opname)) if operator.namespace == "aten" else None:
        return formula(args, out)
    return 0 if _has_no_products(operator, args) else None


def is_view(operator: Any) -> bool:
    """True if all results alias inputs and only shapes and strides are written."""
    returned = [returned.alias_info for returned in operator._schema.returns]
    is_alias = bool(returned) and all(alias and not alias.is_write for alias in returned)
    return is_alias or torch.Tag.inplace_view in operator.tags


def _has_no_products(operator: Any, args: Sequence[Any]) -> bool:
    """True if it certainly has no multiply-adds and the size of its result depends on no values."""
    is_sized = torch.Tag.dynamic_output_shape not in operator.tags
    if operator._opname == "index":  # the values of a mask decide its size, indices do not
        is_sized = all(x.dtype not in (torch.bool, torch.uint8) for x in tensors(args[1:]))
    entry = entry_of(operator._schema.name)
    return entry is not None and entry.products == NONE and is_sized


def _read(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Iterator[Any]:
    """Tensors that are read."""
    arguments = operator._schema.arguments
    given = _by_name(operator, args, kwargs)
    if operator._opname in GATHERS:
        given[arguments[0].name] = out
    if operator._opname in BAGS.split():
        weight, indices = args[:2]
        given["weight"] = weight.new_empty((indices.numel(), weight.shape[-1]), device="meta")
    for argument in arguments:
        is_overwritten = _is_written(argument) and operator._opname in OVERWRITING
        if not argument.is_out and not is_overwritten:
            yield given.get(argument.name)


def written_arguments(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    """The arguments of a call that are written to, also those changed in place."""
    given = _by_name(operator, args, kwargs)
    return [given.get(argument.name) for argument in operator._schema.arguments if _is_written(argument)]


def _written(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Iterator[Any]:
    """Tensors that are written, also those changed in place."""
    schema = operator._schema
    given = _by_name(operator, args, kwargs)
    yield written_arguments(operator, args, kwargs)
    results = out if len(schema.returns) > 1 else (out,)
    if "native_batch_norm" in operator._opname and not given.get("training"):
        results = out[:1]  # the statistics are empty, but not on the meta device
    if operator._opname in FIRST_RESULT and isinstance(out, tuple):
        results = out[:1]
    yield [result for known, result in zip(schema.returns, results, strict=False) if not known.alias_info]


def _changed_in_place(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
    """Tensors that are read and then written to."""
    if operator._opname in OVERWRITING:
        return
    given = _by_name(operator, args, kwargs)
    for argument in operator._schema.arguments:
        if _is_written(argument) and not argument.is_out:
            yield given.get(argument.name)


def _by_name(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by their names in the schema."""
    names = (argument.name for argument in operator._schema.arguments)
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _is_written(argument: Any) -> bool:
    return argument.alias_info is not None and bool(argument.alias_info.is_write)
