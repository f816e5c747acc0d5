"""Figures of tensors that tell whether they are as they were, without a copy of a large one."""

import torch
from torch import Tensor

from guidelines.spec.condition import DTYPES, Condition

# Values of a tensor that are kept or looked at: enough to notice a change, and few beside what is timed.
MOST_KEPT = 2**16
INTEGERS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def spread(x: Tensor) -> Tensor:
    """Values of a tensor at even distances along its longest dimensions: all, or at most MOST_KEPT."""
    steps, lengths = [1] * x.dim(), list(x.shape)
    count = x.numel()
    while count > MOST_KEPT:
        longest = lengths.index(max(lengths))
        steps[longest] *= 2
        lengths[longest] = -(-x.shape[longest] // steps[longest])
        count = torch.Size(lengths).numel()
    return x[tuple(slice(None, None, step) for step in steps)]


def kept(x: Tensor) -> Tensor:
    """A copy of the spread values on the CPU, real ones: complex numbers are two each."""
    values = torch.view_as_real(spread(x).resolve_conj()) if x.is_complex() else spread(x)
    return values.detach().to("cpu", torch.float32, copy=True)


def bits(x: Tensor) -> tuple[Tensor, Tensor]:
    """Sums of a tensor's bits along its rows and along its columns: other ones if it was written to."""
    integers = x.view(INTEGERS[x.element_size()])
    return integers.sum(-1, dtype=torch.int64), integers.sum(-2, dtype=torch.int64)


def check_input(x: Tensor, before: tuple[Tensor, Tensor]) -> None:
    """Raises ValueError if the bits of an input are not those before the calls of a network."""
    if not all(map(torch.equal, bits(x), before)):
        raise ValueError(
            "it changes its input, which all further calls get (an in-place operator such as "
            "nn.ReLU(inplace=True) before the first layer does)"
        )


def difference(output: Tensor, expected: Tensor) -> float:
    """The largest difference of two tensors of one shape over the largest value that is expected."""
    if not expected.is_floating_point() and not expected.is_complex():
        output, expected = output.double(), expected.double()
    largest = expected.abs().max().clamp_min(torch.finfo(expected.dtype).tiny)
    return float((output - expected).abs().max() / largest)


def tolerance(condition: Condition) -> float:
    """The largest difference that rounding explains."""
    return DTYPES[condition.dtype].tolerance
