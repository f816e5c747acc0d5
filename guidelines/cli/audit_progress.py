"""Show on stderr where an audit is: its pass, and the time that is left."""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from guidelines.measure.audit.auditing import Auditing
from guidelines.measure.passes import PassBegins
from guidelines.plugin.fitting import fitted
from guidelines.results.number_of import number_of

ERASE_LINE = "\r\x1b[K"
TICK_S = 1.0
# Seconds that a pass takes for a second of sampling, to start, and to compile an operator, until the first
# one has shown it.
OVERHEAD, START_S, COMPILE_S = 2.0, 4.0, 1.0


def follow(audit: Auditing) -> None:
    """Measure an audit and write where it is: on a terminal one line that changes, else a line a pass.

    Leaving by Ctrl-C ends the measuring, too.
    """
    passes, begun_s = audit.limits.passes, time.monotonic()
    operators = number_of(len(audit.audit.parts), "operator")
    line = _Line(sys.stderr)
    with closing(audit.steps()) as steps, line.ticking():
        for step in steps:
            if isinstance(step, PassBegins):
                done = step.number - 1
                of_a_pass_s = OVERHEAD * audit.limits.sampling_s / passes + START_S
                of_a_pass_s += COMPILE_S * audit.compiled
                if done:
                    of_a_pass_s = (time.monotonic() - begun_s) / done
                text = f"pass {step.number} of {passes}, {operators} of {audit.audited.target}"
                line.set(text, of_a_pass_s * (passes - done))


class _Line:
    """The line of progress on a stream, with the time that is left."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._is_terminal = stream, stream.isatty()
        self._text, self._ends_s = "", 0.0
        self._is_over = threading.Event()

    def set(self, text: str, left_s: float) -> None:
        """Begin another pass; all that is left takes `left_s`."""
        self._text, self._ends_s = text, time.monotonic() + left_s
        if not self._is_terminal:
            print(self._shown(), file=self._stream, flush=True)

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Write the line every second on a terminal, and remove it at the end."""
        ticker = threading.Thread(target=self._tick, daemon=True)
        try:
            if self._is_terminal:
                ticker.start()
            yield
        finally:
            self._is_over.set()
            if ticker.ident is not None:  # it was started
                ticker.join()
                self._stream.write(ERASE_LINE)

    def _tick(self) -> None:
        while not self._is_over.wait(TICK_S):
            if self._text:
                width = shutil.get_terminal_size().columns - 1
                self._stream.write(f"{ERASE_LINE}{fitted(self._shown(), width)}")
                self._stream.flush()

    def _shown(self) -> str:
        """The time left first, since the end of a long line is cut."""
        left_s = max(0, round(self._ends_s - time.monotonic()))
        return f"{left_s // 60}:{left_s % 60:02} left, {self._text}"
