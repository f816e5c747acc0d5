"""Draw the random inputs of a network."""

import torch

from guidelines.results.reason import one_line
from guidelines.spec.inputs import Input


def drawn(
    given: Input, dtype: torch.dtype, device: str, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Normally distributed numbers, or integers 0 and 1; `dtype` is the type if the input has none.

    Raises ValueError for an input that is too large.
    """
    own: torch.dtype = getattr(torch, given.dtype) if given.dtype else dtype
    try:
        if own.is_floating_point or own.is_complex:
            return torch.randn(given.shape, dtype=own, device=device, generator=generator)
        return torch.randint(2, given.shape, dtype=own, device=device, generator=generator)
    except RuntimeError as error:
        raise ValueError(f"no input of {given.shape} can be made: {one_line(error)}") from error
