"""Describe the tensors that a network takes: "1,3,224,224" or "1,128:int64"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

# Torch's names. Integers and truth values are drawn from 0 and 1, which are in the range of any look-up.
DTYPES = (
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
)
WRITTEN = re.compile(r"(?P<sizes>0*[1-9]\d{0,8}(,0*[1-9]\d{0,8})*)(:(?P<dtype>\w+))?", re.ASCII)


@dataclass(frozen=True)
class Input:
    """A tensor of random values; without a `dtype` it has the type of the network's parameters."""

    shape: tuple[int, ...]
    dtype: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """The input that a text describes. Raises ValueError."""
        written = WRITTEN.fullmatch(text)
        if not written:
            raise ValueError(f"{text!r} is no shape such as 1,3,224,224 or 1,128:int64")
        dtype = written["dtype"] or ""
        if dtype and dtype not in DTYPES:
            raise ValueError(f"{text!r}: {dtype} is no type of numbers; possible: {', '.join(DTYPES)}")
        return cls(tuple(map(int, written["sizes"].split(","))), dtype)

    def __str__(self) -> str:
        return f"{'x'.join(map(str, self.shape))} {self.dtype}".rstrip()


def described(inputs: Sequence[Input]) -> str:
    """All inputs of a call: "1x128 int64, 1x3x224x224"."""
    return ", ".join(map(str, inputs))
