"""Show on stderr where an audit is: its pass, and the time that is left."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from guidelines.measure.audit.auditing import Auditing
from guidelines.measure.passes import PassBegins

ERASE_LINE = "\r\x1b[K"
TICK_S = 1.0


def follow(audit: Auditing) -> None:
    """Measure an audit and write where it is: on a terminal one line that changes, else a line a pass.

    Leaving by Ctrl-C ends the measuring, too.
    """
    passes, begun_s = audit.limits.passes, time.monotonic()
    parts = len(audit.campaign.planned[next(iter(audit.campaign.planned))])
    line = _Line(sys.stderr)
    with closing(audit.steps()) as steps, line.ticking():
        for step in steps:
            if isinstance(step, PassBegins):
                done = step.number - 1
                taken_s = time.monotonic() - begun_s
                left_s = taken_s / done * (passes - done) if done else None
                line.set(
                    f"audit of {audit.audited.target}: {parts} operators, pass {step.number} of {passes}",
                    left_s,
                )


class _Line:
    """The line of progress on a stream, with the time that is left."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._is_terminal = stream, stream.isatty()
        self._text, self._ends_s = "", 0.0
        self._is_over = threading.Event()

    def set(self, text: str, left_s: float | None) -> None:
        """Begin another pass; `left_s` is None if the time left is not known yet."""
        self._text, self._ends_s = text, 0.0 if left_s is None else time.monotonic() + left_s
        if not self._is_terminal:
            print(self._shown(), file=self._stream, flush=True)

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Write the line every second on a terminal, and remove it at the end."""
        ticker = threading.Thread(target=self._tick, daemon=True)
        if self._is_terminal:
            ticker.start()
        try:
            yield
        finally:
            self._is_over.set()
            if self._is_terminal:
                ticker.join()
                self._stream.write(ERASE_LINE)

    def _tick(self) -> None:
        while not self._is_over.wait(TICK_S):
            if self._text:
                self._stream.write(f"{ERASE_LINE}{self._shown()}")
                self._stream.flush()

    def _shown(self) -> str:
        left_s = max(0, round(self._ends_s - time.monotonic()))
        left = f", {left_s // 60}:{left_s % 60:02} left" if self._ends_s else ""
        return f"{self._text}{left}"
