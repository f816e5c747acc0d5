"""Hold the content of a report before a format writes it as text, Markdown, HTML or LaTeX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, zip_longest
from typing import Literal

from guidelines.report.bars import BarChart
from guidelines.report.heat import HeatMap
from guidelines.report.shares import ShareBar

# Marks a place at which a heading may be broken: "mult-" | "adds".
BREAK = "\u200b"
# Joins a figure to its unit: lines do not break there. A terminal shows a space.
NO_BREAK = "\u00a0"
ANSWER_TITLE = "Do the guidelines hold here?"
LEAD_TITLE = "Files and machines"
DETAILS_TITLE = "All disturbances"
# "aside" is for a line that is no finding.
Tone = Literal["good", "bad", "part", "open", "aside"]


@dataclass(frozen=True)
class Value:
    """A cell: its text, and the number by which its column is sorted."""

    text: str = ""
    key: float | None = None


@dataclass(frozen=True)
class Head:
    """A column: its heading; `is_detail` if it may be left out for lack of room.

    A page as narrow as a phone shows columns that are `is_folded` on request. LaTeX, whose pages cannot be
    wider than paper, shows those that are `is_printed`.
    """

    heading: str
    is_number: bool = True
    is_detail: bool = False
    is_folded: bool = False
    is_printed: bool = True

    @property
    def name(self) -> str:
        """The heading on one line."""
        return self.heading.replace(BREAK, "")

    @property
    def words(self) -> list[str]:
        """The words of the heading, each for a line of its own."""
        return self.heading.replace(BREAK, " ").split(" ")

    @property
    def side(self) -> str:
        """The side at which cells are aligned: "right" for numbers, else "left"."""
        return "right" if self.is_number else "left"


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the group under whose name it stands."""

    values: tuple[Value, ...]
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """A table whose first column names the rows; `group` is the heading of the groups, "" if none."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    group: str = ""

    def only(self, columns: Sequence[bool]) -> "Grid":
        """The same table with the columns that are marked."""
        rows = tuple(replace(row, values=tuple(compress(row.values, columns))) for row in self.rows)
        return replace(self, heads=tuple(compress(self.heads, columns)), rows=rows)

    @property
    def flat(self) -> "Grid":
        """The same table with the groups as its first column, for formats whose rows can be sorted."""
        if not self.group:
            return self
        rows = tuple(Row((Value(row.group), *row.values)) for row in self.rows)
        return Grid((Head(self.group, is_number=False), *self.heads), rows)


@dataclass(frozen=True)
class Section:
    """A table with its verdicts, and with notes on conditions and precision.

    `wide` is the same table as plain text in the paper's layout, for terminals that are wide enough.
    `brief` are the rows that a terminal shows in place of `grid`, None for all of them.
    `picture` names the guideline whose picture belongs here, "" for none. `details` are notes in full, for
    formats that can fold them. `accounts` say why the slow-down of each verdict is what it is, "" if unknown.
    """

    title: str
    grid: Grid | None = None
    verdicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wide: str = ""
    picture: str = ""
    brief: Grid | None = None
    details: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def explained(self) -> tuple[tuple[str, str], ...]:
        """Each verdict with its account."""
        return tuple(zip_longest(self.verdicts, self.accounts, fillvalue=""))

    @property
    def findings(self) -> tuple[str, ...]:
        """The verdicts, each followed by its account, if there is one."""
        return tuple(filter(None, chain.from_iterable(self.explained)))

    @property
    def has_text(self) -> bool:
        """True if there is something to show besides a picture."""
        return bool(self.grid or self.verdicts or self.notes)


def places_of_tables(sections: Sequence[Section]) -> list[int]:
    """The indices of the sections with the table of a guideline, in the order of the tables."""
    return [index for index, section in enumerate(sections) if section.grid and section.picture]


@dataclass(frozen=True)
class AnswerLine:
    """A guideline on a device: its outcome in words, with a tone for a colour, and what was seen.

    `effect` leaves out the rows that are compared, for lack of room; `effect_in_full` names them.
    `rest` says what is undecided, and what would decide it.
    """

    name: str
    outcome: str
    tone: Tone
    effect: str
    effect_in_full: str
    rest: str = ""
    claim: str = ""

    @property
    def text(self) -> str:
        """The whole line as a sentence."""
        return f"{self.name} {self.outcome}{self.reason}"

    @property
    def reason(self) -> str:
        """The part of the sentence after the outcome, with its colon; "" if there is nothing to say."""
        seen = self.seen(in_full=True)
        return f": {seen}" if seen else ""

    def seen(self, in_full: bool) -> str:
        """The part of the line after the outcome; "" if nothing was judged."""
        effect = self.effect_in_full if in_full else self.effect
        return "; ".join(filter(None, (effect, self.rest)))


@dataclass(frozen=True)
class Document:
    """Sections under a title, after the answer and the lines of the `lead`, and before the `notes`.

    `in_sight` is the number of lines of the lead that stand before the title in a format that can fold away
    everything else, as a comment in a pull request should; 0 folds nothing. `heat_maps` are for
    pages, whose first screen they fill, and `bars` are shown below these; `shares` come before the answer.
    """

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    in_sight: int = 0
    answer: tuple[AnswerLine, ...] = ()
    heat_maps: tuple[HeatMap, ...] = ()
    bars: tuple[BarChart, ...] = ()
    shares: tuple[ShareBar, ...] = ()

    @property
    def sections_with_text(self) -> tuple[Section, ...]:
        """The sections that hold more than a picture."""
        return tuple(section for section in self.sections if section.has_text)


def parts(
    document: Document,
    *,
    title: Callable[[str], str],
    heading: Callable[[str], str],
    listed: Callable[[tuple[str, ...]], str],
    table: Callable[[Section], str],
    folded: Callable[[tuple[str, ...]], str] | None = None,
) -> Iterator[str]:
    """Write a document from top to bottom, without pictures; a format gives a writer for each part.

    Formats that cannot fold lines leave them out.
    """
    yield title(document.title)
    if document.answer:
        yield heading(ANSWER_TITLE)
        yield listed(tuple(line.text for line in document.answer))
        if document.lead:
            yield heading(LEAD_TITLE)
    if document.lead:
        yield listed(document.lead)
    for section in document.sections_with_text:
        yield heading(section.title)
        yield from _of_section(section, listed, table, folded)
    if document.notes:
        yield listed(document.notes)


def _of_section(
    section: Section,
    listed: Callable[[tuple[str, ...]], str],
    table: Callable[[Section], str],
    folded: Callable[[tuple[str, ...]], str] | None,
) -> Iterator[str]:
    if section.findings:
        yield listed(section.findings)
    if section.grid:
        yield table(section)
    if section.notes:
        yield listed(section.notes)
    if section.details and folded:
        yield folded(section.details)
