"""Look torch's operators up in operators.txt, the table of their classes of run time and of work."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("operators.txt")
# Namespaces of torch whose operators are in the table, under one name each. Those of others are unknown.
NAMESPACES = ("aten", "prims")
COUNTED, NONE, UNKNOWN = "counted", "none", "unknown"
GROUP = re.compile(r"\[(?P<kind>[a-z -]+): (?P<products>counted|none|unknown)\] .+")


class Entry(NamedTuple):
    """The class of an operator's run time, and what is known of the products that it sums."""

    kind: str
    products: str


def entries(text: str) -> Iterator[tuple[str, Entry]]:
    """Each name of a table with its entry. Raises ValueError for a line before the first group."""
    entry = None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if group := GROUP.fullmatch(line):
            entry = Entry(**group.groupdict())
            continue
        if entry is None:
            raise ValueError(f"{line!r} is in no group")
        for name in line.split():
            yield name, entry


OPERATORS: Mapping[str, Entry] = dict(entries(TABLE.read_text(encoding="utf-8")))


def plain(name: str) -> str:
    """The name of an operator without the "_" of those that work in place: "add" for "add_"."""
    return name if name.endswith("__") else name.removesuffix("_")


def entry_of(qualified_name: str) -> Entry | None:
    """The entry of an operator such as "aten::relu_"; None if it is not in the table."""
    namespace, _, name = qualified_name.partition("::")
    return OPERATORS.get(plain(name)) if namespace in NAMESPACES else None
