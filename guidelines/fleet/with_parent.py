"""Run `guidelines` with these arguments, and kill it with all its group as soon as its stdin is closed."""

import os
import runpy
import signal
import sys
import threading


def _end_with(parents_end: int) -> None:
    """Wait for the end of a pipe that the parent holds, also if that was killed."""
    while os.read(parents_end, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    of_parent = os.dup(0)  # is not inherited by processes that this one starts
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(of_parent,), daemon=True).start()
    sys.argv[0] = "guidelines"
    runpy.run_module("guidelines", run_name="__main__", alter_sys=True)
