"""Write a document as plain text for a terminal."""

from collections.abc import Iterator, Sequence

from guidelines.report.document import ANSWER_TITLE, AnswerLine, Document, Grid, Section
from guidelines.report.formats import layout
from guidelines.report.formats.colour import coloured
from guidelines.report.formats.narrow import with_groups_broken, with_words_broken

NARROWEST_NAME = 16
# The names of the rows become as narrow as this if nothing else is left to break.
LEAST_NAME = 12
# Tables of no more columns are not split: one that is too wide would not get narrower.
FEWEST_TO_SPLIT = 2
# Before the second and later lines of a sentence.
CONTINUED = "   "
# Stands before the name of a row that is a part of the row above it.
INDENT = "\u00a0"


def render(document: Document, width: int, has_colour: bool = False) -> str:
    """The whole document, at most `width` characters wide if that is possible; the answer is first and last.

    Tables stand side by side as in the paper if all of them have room, else below each other.
    """
    sections = document.sections_with_text
    has_room = all(layout.widest(section.wide) <= width for section in sections if section.wide)
    lead = _paragraph(document.lead, width)
    notes = _paragraph(document.notes, width)
    known = answer(document.answer, width, has_colour)
    body = [lead, *(_section(section, width, has_room) for section in sections), notes]
    return _spaced([known, *body, known])


def answer(lines: Sequence[AnswerLine], width: int, has_colour: bool = False) -> str:
    """The answer below its title, in columns; rows that are compared are named if there is room."""
    if not lines:
        return ""
    name_width = max(layout.columns_of(line.name) for line in lines)
    outcome_width = max(layout.columns_of(line.outcome) for line in lines)
    left = name_width + outcome_width + 2 * len(layout.GAP)
    in_full = all(left + layout.columns_of(line.seen(in_full=True)) <= width for line in lines)
    shown = [ANSWER_TITLE]
    for line in lines:
        outcome = coloured(line.outcome, line.tone) if has_colour else line.outcome
        name = line.name + " " * (name_width - layout.columns_of(line.name))
        space = " " * (outcome_width - layout.columns_of(line.outcome))
        beginning = layout.GAP.join((name, f"{outcome}{space}"))
        seen = line.seen(in_full)
        if not seen:
            shown.append(beginning.rstrip())
            continue
        if width - left < NARROWEST_NAME:
            shown += [beginning.rstrip(), *wrapped([f"{CONTINUED}{seen}"], width)]
            continue
        first, *more = layout.wrapped(seen, width - left)
        shown.append(layout.GAP.join((beginning, first)))
        shown += [f"{' ' * left}{each}" for each in more]
    return "\n".join(shown)


def tabulated(rows: list[list[str]], headers: Sequence[Sequence[str]], top: Sequence[str] = ()) -> str:
    """A table with a name and figures in each row.

    `headers` holds the words of each heading, one on a line; `top` is a line above the headings.
    """
    sides = ["left"] + ["right"] * (len(headers) - 1)
    return _tabulated(rows, headers, sides, top)


def wrapped(lines: Sequence[str], width: int) -> list[str]:
    """Lines broken between words; continuations are indented."""
    broken: list[str] = []
    for line in lines:
        broken += layout.wrapped(line, width, indent=CONTINUED)
    return broken


def _paragraph(lines: Sequence[str], width: int) -> str:
    return "\n".join(wrapped(lines, width))


def _spaced(parts: Sequence[str]) -> str:
    """The parts that are not empty, with an empty line between them."""
    return "\n\n".join(filter(None, parts))


def _section(section: Section, width: int, has_room: bool) -> str:
    title = _paragraph([section.title], width)
    body = section.wide
    if not (body and has_room):
        body = _fitting(section.brief or section.grid, width)
    lines = (*_findings(section), *section.notes, *_left_out(section))
    return _spaced([title, body, _paragraph(lines, width)])


def _findings(section: Section) -> Iterator[str]:
    """The verdicts, and their accounts as if these were continuations."""
    for verdict, account in section.explained:
        yield verdict
        if account:
            yield f"{CONTINUED}{account}"


def _left_out(section: Section) -> Iterator[str]:
    """The number of rows that a brief table lacks, and the files that have them."""
    if section.grid and section.brief:
        every, shown = len(section.grid.rows), len(section.brief.rows)
        if every > shown:
            yield f"{every - shown} of {every} rows are not shown: -o FILE.md, .html, .tex or .csv holds them"


def _fitting(grid: Grid | None, width: int) -> str:
    """The widest form that fits: in full, without details, with broken names, in blocks, with broken words.

    If none fits, the narrowest one.
    """
    if grid is None or not grid.rows:
        return ""
    everything = range(len(grid.heads))
    essential = [k for k in everything if not grid.heads[k].is_detail]
    for columns in (everything, essential):
        text = _stacked(grid, columns)
        if layout.widest(text) <= width:
            return text
    names = max(NARROWEST_NAME, _name_width(grid) - (layout.widest(text) - width))
    text = _stacked(grid, essential, names)
    if layout.widest(text) <= width:
        return text
    if _can_be_split(grid, essential):
        name_width = max(NARROWEST_NAME, min(_name_width(grid), width // 3))
        return "\n\n".join(_blocks(grid, essential, width, name_width))
    return _with_words_broken(grid, essential, width, names)


def _with_words_broken(grid: Grid, columns: Sequence[int], width: int, names: int) -> str:
    """A table with broken names of groups and words, and with broken names if it is too wide without."""
    text = ""
    for name_width in (None, names, LEAST_NAME):
        too_wide = layout.widest(_stacked(grid, columns, name_width)) - width
        broken = with_groups_broken(grid, too_wide)
        too_wide = layout.widest(_stacked(broken, columns, name_width)) - width
        text = _stacked(with_words_broken(broken, columns, too_wide), columns, name_width)
        if layout.widest(text) <= width:
            break
    return text


def _can_be_split(grid: Grid, columns: Sequence[int]) -> bool:
    """True for two figures or more in a row; words, such as reasons, belong beside the figures."""
    return len(columns) > FEWEST_TO_SPLIT and all(grid.heads[k].is_number for k in columns[1:])


def _blocks(grid: Grid, columns: Sequence[int], width: int, name_width: int) -> Iterator[str]:
    """Tables of as many columns as fit, each with the names of the rows; at least one column in each."""
    first, *others = columns
    block, text = [first], ""
    for column in others:
        wider = _stacked(grid, [*block, column], name_width)
        if text and layout.widest(wider) > width:
            yield text
            block, wider = [first], _stacked(grid, [first, column], name_width)
        block.append(column)
        text = wider
    yield text


def _name_width(grid: Grid) -> int:
    names = [row.values[0].text for row in grid.rows]
    return layout.widest("\n".join(names))


def _stacked(grid: Grid, columns: Sequence[int], name_width: int | None = None) -> str:
    rows: list[list[str]] = []
    group = ""
    for row in grid.rows:
        if row.group != group:
            group = row.group
            rows.append([group, *[""] * (len(columns) - 1)])
        name, *cells = (row.values[k].text for k in columns)
        if name_width:
            indent = INDENT * (len(name) - len(name.lstrip(INDENT)))
            name = "\n".join(layout.wrapped(name, name_width, indent, on_hyphens=True))
        rows.append([f" {name}" if grid.group else name, *cells])
    heads = [grid.heads[k] for k in columns]
    headers = ["", *(head.words for head in heads[1:])]  # the names of the rows need no heading
    return _tabulated(rows, headers, [head.side for head in heads])


def _tabulated(
    rows: list[list[str]], headers: Sequence[Sequence[str]], sides: Sequence[str], top: Sequence[str] = ()
) -> str:
    heads = _header_rows(headers)
    if top:
        heads.insert(0, list(top))
    return layout.table(heads, rows, sides)


def _header_rows(headers: Sequence[Sequence[str]]) -> list[list[str]]:
    """A row for each line of the headers, which are aligned at the bottom."""
    depth = max(map(len, headers))
    columns = [[""] * (depth - len(words)) + list(words) for words in headers]
    return [list(line) for line in zip(*columns, strict=True)]
