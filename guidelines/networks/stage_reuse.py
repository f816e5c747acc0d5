"""Count the channels that the blocks of a stage pass on unchanged, beside the paper's formula."""

from collections.abc import Iterator
from dataclasses import dataclass

# r = (c - c') / c with c' = c / 2 channels worked on; the paper prints (1 - c') / c, which cannot be meant.
KEPT_SHARE = 1 / 2


@dataclass(frozen=True)
class StageReuse:
    """One stage of c channels: `passed[i][j]` of block i's channels are unchanged in block i + j's output."""

    name: str
    channels: int
    passed: tuple[tuple[int, ...], ...]

    @property
    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """Source block, target block and the channels passed between them; blocks are counted from 1."""
        for source, counts in enumerate(self.passed, 1):
            for apart, count in enumerate(counts):
                yield source, source + apart, count

    def formula(self, apart: int) -> float:
        """Channels that reach a block this many blocks further on: r^j c (paper, section 3)."""
        return KEPT_SHARE**apart * self.channels
