"""Show on stderr where each device of a fleet is: its state, its pass, and the time that is left."""

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from guidelines.fleet.spreading import Member, Spreading, State
from guidelines.plugin.fitting import fitted
from guidelines.plugin.progress import clock

# Moves the cursor up by a number of lines, and clears the rest of the screen.
UP, CLEAR = "\x1b[{}A", "\x1b[J"
WORDS: dict[State, str] = {
    "waits": "waits for the node",
    "ready": "waits for the others",
    "measures": "measures",
    "done": "done",
    "missing": "missing",
}
# Members in such states are shown first if not all fit on the screen.
FIRST: tuple[State, ...] = ("missing", "measures", "waits", "ready", "done")


def follow(steps: Iterable[None], spreading: Spreading, stream: TextIO) -> None:
    """Take the steps of a fleet, which goes on between them, and write where its members are.

    A terminal has a line for each that is written anew; elsewhere a line follows for each that changes.
    """
    shown: _Table | _Lines = _Table(stream) if stream.isatty() else _Lines(stream)
    for _ in steps:
        shown.write(spreading)
    shown.write(spreading)


class _Lines:
    """Writes a line for each member whose state or pass is another than before."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._known: dict[int, tuple[State, int]] = {}

    def write(self, spreading: Spreading) -> None:
        for index, member in enumerate(spreading.members):
            at = member.state, member.number
            if self._known.get(index) != at and member.state != "ready":
                print(f"{member.name}: {text(member, spreading)}", file=self._stream, flush=True)
            self._known[index] = at


class _Table:
    """Writes all members anew, as many as the terminal has lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines = 0

    def write(self, spreading: Spreading) -> None:
        size = shutil.get_terminal_size()
        lines = [fitted(line, size.columns - 1) for line in table(spreading, size.lines - 1)]
        up = UP.format(self._lines) if self._lines else ""
        self._stream.write("".join([f"{up}\r{CLEAR}", *(f"{line}\n" for line in lines)]))
        self._stream.flush()
        self._lines = len(lines)


def table(spreading: Spreading, most_lines: int) -> list[str]:
    """A line for each member; if there are too many, those that are missing and that measure come first."""
    members = list(spreading.members)
    rest: Sequence[Member] = ()
    if len(members) > most_lines:
        members.sort(key=lambda member: FIRST.index(member.state))
        members, rest = members[: most_lines - 1], members[most_lines - 1 :]
    width = max((len(member.name) for member in members), default=0)
    lines = [f"{member.name:<{width}}  {text(member, spreading)}" for member in members]
    if rest:
        counted = Counter(WORDS[member.state] for member in rest)
        states = ", ".join(f"{number} {word}" for word, number in counted.items())
        lines.append(f"and {len(rest)} more: {states}")
    return lines


def text(member: Member, spreading: Spreading) -> str:
    """State of a member: "measures pass 2 of 5, 1:40 left", or "missing: has no torch in its Python 3.11"."""
    words = WORDS[member.state]
    if member.state == "missing":
        return f"{words}: {member.reason}"
    if member.state == "measures":
        words = f"{words} pass {member.number} of {spreading.passes}"
    elif member.state == "ready" and member.number:
        words = f"{words} after pass {member.number} of {spreading.passes}"
    left_s = spreading.left_s(member)
    return words if left_s is None else f"{words}, {clock(left_s)} left"
