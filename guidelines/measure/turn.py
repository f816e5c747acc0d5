"""The network whose turn it is in a process that measures, where the process that started it can see it.

Both map one small file into memory. To say whose turn it is takes one write to memory between samples, less
than a microsecond. It can be read after the death of the process that wrote it.
"""

import mmap
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# The position of a variant, and the number of turns that there have been.
FORM = struct.Struct("II")
MOST_TURNS = 2**32
# The position that stands for something else than a variant.
OTHER = 2**32 - 1


class Turn:
    """A file that holds the position of a variant in its sweep, counted from 1; 0 is no one's turn.

    It also holds the number of turns so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), FORM.size)
        self._turns = 0

    def set(self, variant: str, variants: Sequence[str]) -> None:
        """Say whose turn it is, by an id among those of a sweep; "" for no one's."""
        self._begin(variants.index(variant) + 1 if variant else 0)

    def set_other(self) -> None:
        """Say that something else is done that must end, such as measuring ceilings."""
        self._begin(OTHER)

    def of(self, variants: Sequence[str]) -> str:
        """The id of the variant whose turn it is or was, "" if it is no one's."""
        position, _ = FORM.unpack_from(self._memory)
        return variants[position - 1] if 0 < position <= len(variants) else ""

    @property
    def number(self) -> int:
        """The number of the turn that it is, 0 if it is no one's."""
        position, turns = FORM.unpack_from(self._memory)
        return int(turns) if position else 0

    def _begin(self, position: int) -> None:
        self._turns = self._turns % (MOST_TURNS - 1) + 1
        FORM.pack_into(self._memory, 0, position, self._turns)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()


@contextmanager
def new_turn() -> Iterator[Turn]:
    """A new file, which is deleted on leaving."""
    with tempfile.TemporaryDirectory(prefix="guidelines-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "turn"
        path.write_bytes(bytes(FORM.size))
        turn = Turn(path)
        try:
            yield turn
        finally:
            turn.close()
