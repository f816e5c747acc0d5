"""End a process whose network does not come back, such as one that waits for a lock for ever."""

import threading
from collections.abc import Callable
from types import TracebackType

from guidelines.measure.turn import Turn

# A turn is looked at this often before it is over. Looks are counted, not seconds: while all programs are
# suspended, as on a laptop that sleeps, no turn gets longer.
LOOKS = 20


class TurnLimit:
    """A thread that calls `end` if one turn of a network takes longer than a limit; `is_over` says so.

    A turn is a network's being built, checked, called for one sample or looked at again.
    """

    def __init__(self, turn: Turn, limit_s: float, end: Callable[[], object]) -> None:
        self.is_over = False
        self.limit_s = limit_s
        self._turn, self._end = turn, end
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "TurnLimit":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def _watch(self) -> None:
        last, looks = 0, 0
        while not self._left.wait(self.limit_s / LOOKS):
            current = self._turn.number
            looks = looks + 1 if current == last != 0 else 0
            last = current
            if looks == LOOKS:
                self.is_over = True
                self._end()
                return
