"""The meaning and the remedy of each factor of a slow-down, in a few words."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

# The page that explains them in full.
SOURCE = 'see "Why a network is slower" in experiments/METHOD.md'


class Explained(NamedTuple):
    """A factor in words, and the remedy that lowers it."""

    meaning: str
    remedy: str


# In the order in which the factors are shown.
EXPLAINED = {
    "work": Explained(meaning="the multiply-adds", remedy="fewer of them"),
    "traffic": Explained(
        meaning="the floor, memory access and arithmetic at best, for equal work",
        remedy="fuse, fewer bytes",
    ),
    "launches": Explained(
        meaning="what launching operators adds",
        remedy="larger batch, captured graph",
    ),
    "kernels": Explained(
        meaning="the rest, how much less of its best the device attains",
        remedy="aligned widths, another layout, better kernels",
    ),
}


def legend(names: Collection[str]) -> Iterator[str]:
    """Lines on some factors, and on where to read more; nothing for none."""
    for name, (meaning, remedy) in EXPLAINED.items():
        if name in names:
            yield f"{name}: {meaning}. Remedy: {remedy}"
    if names:
        yield SOURCE
