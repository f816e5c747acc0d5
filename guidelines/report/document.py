"""What a report says, before it becomes text, Markdown, HTML or LaTeX."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Where a heading may be broken without a space: "mult-" | "adds".
BREAK = "\u200b"


@dataclass(frozen=True)
class Value:
    """A cell as it is shown, and the number it is sorted by."""

    text: str = ""
    key: float | None = None


@dataclass(frozen=True)
class Head:
    """A column: its heading, how it is aligned, and whether it is left out where there is no room."""

    heading: str
    is_number: bool = True
    is_detail: bool = False

    @property
    def name(self) -> str:
        """The heading on one line."""
        return self.heading.replace(BREAK, "")

    @property
    def words(self) -> list[str]:
        """The heading a word a line."""
        return self.heading.replace(BREAK, " ").split(" ")


@dataclass(frozen=True)
class Row:
    """The cells of a row; rows of one group stand together under its name."""

    values: tuple[Value, ...]
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """A table; its first column names the rows. `group` is the heading of the groups, "" for none."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    group: str = ""

    @property
    def flat(self) -> "Grid":
        """The same with the groups as its first column, for formats whose rows can be sorted."""
        if not self.group:
            return self
        rows = tuple(Row((Value(row.group), *row.values)) for row in self.rows)
        return Grid((Head(self.group, is_number=False), *self.heads), rows)


@dataclass(frozen=True)
class Section:
    """A table with what it means: verdicts, then notes on conditions and precision.

    `wide` is the same table as plain text in the paper's layout, for terminals with room for it.
    `picture` is the guideline whose picture belongs here, "" for none.
    """

    title: str
    grid: Grid | None = None
    verdicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wide: str = ""
    picture: str = ""

    @property
    def has_text(self) -> bool:
        """Whether there is anything to show where pictures cannot be shown."""
        return bool(self.grid or self.verdicts or self.notes)


@dataclass(frozen=True)
class Document:
    """Sections under a title, with the lines that a hurried reader should see first, and last ones."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    @property
    def sections_with_text(self) -> tuple[Section, ...]:
        """The sections that are more than a picture."""
        return tuple(section for section in self.sections if section.has_text)


def parts(
    document: Document,
    title: Callable[[str], str],
    heading: Callable[[str], str],
    listed: Callable[[tuple[str, ...]], str],
    table: Callable[[Grid], str],
) -> Iterator[str]:
    """A document without its pictures from top to bottom, each part as a format writes it."""
    yield title(document.title)
    if document.lead:
        yield listed(document.lead)
    for section in document.sections_with_text:
        yield heading(section.title)
        if section.verdicts:
            yield listed(section.verdicts)
        if section.grid:
            yield table(section.grid)
        if section.notes:
            yield listed(section.notes)
    if document.notes:
        yield listed(document.notes)
