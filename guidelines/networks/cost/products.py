"""Multiply-adds of the operators that sum products, from their arguments and results."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import comb, prod
from typing import Any

import torch
from torch import Tensor

# Takes the arguments and the result; None if the amount is not known for these arguments.
Formula = Callable[[Sequence[Any], Any], int | None]
EUCLIDEAN = 2.0


def _convolution(args: Sequence[Any], out: Any) -> int:
    """(c1 / g) k^2 weights of each filter at every place of the output; if transposed, of the input."""
    return _transposed(args, out) if args[6] else _correlation(args, out)


def _correlation(args: Sequence[Any], out: Any) -> int:
    weight = args[1]
    return int(out.numel() * weight.numel() // weight.shape[0])


def _transposed(args: Sequence[Any], _: Any) -> int:
    x, weight = args[:2]
    return int(x.numel() * weight.numel() // weight.shape[0])


def _convolution_of_steps(args: Sequence[Any], out: Any) -> int:
    """Its weights are (k, c1, c2)."""
    return int(out.numel() * prod(args[1].shape[:2]))


def _product(a: Tensor, b: Tensor) -> int:
    """(..., n, m) by (..., m, p), or by a vector."""
    return a.numel() * (b.shape[-1] if b.dim() > 1 else 1)


def _rows(args: Sequence[Any], out: Any) -> int:
    """(..., m) by a matrix of m rows that is stored in another form."""
    return int(out.numel() * args[0].shape[-1])


def _sum_with_outer_product(_: Sequence[Any], out: Any) -> int:
    return int(out.numel())


def _elements_of_product(args: Sequence[Any], _: Any) -> int:
    x, y = args[:2]
    return prod(torch.broadcast_shapes(x.shape, y.shape))  # type: ignore[no-untyped-call]  # untyped in torch


def _attention(args: Sequence[Any], out: Any) -> int:
    """Scores of every query with every key, and sums of the values; a causal mask changes nothing."""
    q, k, v = args[:3]
    queries = prod((out if isinstance(out, Tensor) else out[0]).shape[:-1])
    return int(queries * k.shape[-2] * (q.shape[-1] + v.shape[-1]))


def _euclidean_distances(args: Sequence[Any], out: Any) -> int:
    """Multiply-adds of the product that torch computes, with two more columns: squares and ones."""
    return int(out.numel() * (args[0].shape[-1] + 2))


def _distances(args: Sequence[Any], out: Any) -> int | None:
    return int(out.numel() * args[0].shape[-1]) if args[2] == EUCLIDEAN else None


def _distances_within(args: Sequence[Any], _: Any) -> int | None:
    x, order = args[0], args[1] if len(args) > 1 else EUCLIDEAN
    return comb(x.shape[0], 2) * x.shape[1] if order == EUCLIDEAN else None


def _weighted_rows(args: Sequence[Any], _: Any) -> int:
    """Each row that is looked up times its weight; nothing without weights."""
    weight, indices = args[:2]
    weights = args[6] if len(args) > 6 else None
    return 0 if weights is None else int(indices.numel() * weight.shape[-1])


def _recurrent(args: Sequence[Any], _: Any) -> int:
    """Every step of every sequence times all matrices; states have three dimensions, biases one."""
    steps: int = prod(args[0].shape[:-1])
    return steps * sum(tensor.numel() for tensor in tensors(args[1:]) if tensor.dim() == 2)


def tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors among values, also within lists."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors(value)


# Operators that read the rows of their first tensor that their second one names.
BAGS = "_embedding_bag _embedding_bag_forward_only"


def _named(formula: Formula, names: str) -> dict[str, Formula]:
    return dict.fromkeys(names.split(), formula)


CONVOLUTIONS: Mapping[str, Formula] = {
    **_named(_convolution, "convolution _convolution convolution_overrideable"),
    **_named(
        _correlation,
        """_slow_conv2d_forward slow_conv3d_forward slow_conv_dilated2d slow_conv_dilated3d
        _conv_depthwise2d conv_depthwise3d _nnpack_spatial_convolution mkldnn_convolution _mps_convolution
        cudnn_convolution cudnn_convolution_relu cudnn_convolution_add_relu miopen_convolution
        miopen_convolution_relu miopen_convolution_add_relu miopen_depthwise_convolution""",
    ),
    **_named(
        _transposed,
        """slow_conv_transpose2d slow_conv_transpose3d cudnn_convolution_transpose
        miopen_convolution_transpose _mps_convolution_transpose""",
    ),
    "conv_tbc": _convolution_of_steps,
}
ATTENTION: Mapping[str, Formula] = _named(
    _attention,
    """scaled_dot_product_attention _scaled_dot_product_attention_math
    _scaled_dot_product_attention_math_for_mps _scaled_dot_product_flash_attention
    _scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_efficient_attention
    _scaled_dot_product_cudnn_attention _scaled_dot_product_fused_attention_overrideable""",
)
FORMULAS: Mapping[str, Formula] = {
    **CONVOLUTIONS,
    **ATTENTION,
    **_named(lambda args, _: _product(*args[:2]), "mm bmm mv dot vdot"),
    **_named(lambda args, _: _product(*args[1:3]), "addmm addbmm baddbmm addmv _addmm_activation"),
    "addr": _sum_with_outer_product,
    "linalg_vecdot": _elements_of_product,
    **_named(
        _rows,
        """mkldnn_linear _int_mm _scaled_mm _scaled_mm_v2 _weight_int4pack_mm _weight_int4pack_mm_for_cpu
        _weight_int4pack_mm_with_scales_and_zeros _weight_int8pack_mm _dyn_quant_matmul_4bit
        _mixed_dtypes_linear fbgemm_linear_fp16_weight fbgemm_linear_fp16_weight_fp32_activation
        fbgemm_linear_int8_weight fbgemm_linear_int8_weight_fp32_activation""",
    ),
    **_named(_recurrent, "lstm gru rnn_tanh rnn_relu"),
    "_cdist_forward": _distances,
    "_euclidean_dist": _euclidean_distances,
    "_pdist_forward": _distances_within,
    **_named(_weighted_rows, BAGS),
}
