r"""Write a document as LaTeX, to \input or to compile; scripts other than Latin and Greek are spelled out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from guidelines.report.document import Document, Grid, Head, Section, parts
from guidelines.report.formats.latex_letters import MATH, spelled

TABLES_ONLY = "% the tables, with their verdicts as captions; --standalone makes a file of everything"
NEEDS = "% needs \\usepackage[utf8]{inputenc}, \\usepackage{booktabs} and \\usepackage{longtable}"
PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage{booktabs}
\usepackage{longtable}
\begin{document}"""
ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "-": "{-}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "±": r"\ensuremath{\pm}",
    "\u00a0": "~",
    **{character: rf"\ensuremath{{{command}}}" for character, command in MATH.items()},
}
# Characters behind which a long word, such as a path, may be broken.
BREAKS = "/-_.,=:+"
LONG_WORD = 16
LONG_WORD_OF_CELL = 8
# The width of article's text in points; that of a letter and of the gap between columns, by size of type.
TEXT_PT = 345
SIZES = {"footnotesize": 4.4, "scriptsize": 3.9, "tiny": 3.5}
GAP_PT = 6
WIDE = "±%"
# If no size is small enough: the letters of a number that is not broken, the least and the most letters of a
# text that count, and the columns of text that need no smaller type.
LONG_NUMBER, SHORT_TEXT, LONG_TEXT, FEW_TEXTS = 12, 20, 60, 4


@dataclass
class Labels:
    """The labels of the tables of a document, each of them once: tab:g2, tab:g2-2."""

    taken: set[str] = field(default_factory=set)

    def next(self, title: str) -> str:
        """The label for the next table, from the first word of its title."""
        word, *_ = title.split() or ["table"]
        stem = "".join(c for c in word.lower() if c.isascii() and c.isalnum()) or "table"
        label, number = stem, 1
        while label in self.taken:
            number += 1
            label = f"{stem}-{number}"
        self.taken.add(label)
        return f"tab:{label}"


def render(document: Document) -> str:
    r"""The tables of a document, for \input, or the whole document if it has none; every text is literal."""
    if not any(section.grid for section in document.sections):
        return "\n\n".join([NEEDS, *_loosely(_whole(document))])
    comments = (f"% {' '.join(line.split())}" for line in document.lead)
    head = "\n".join([NEEDS, TABLES_ONLY, *comments])
    return "\n\n".join([head, *_loosely(_tables(document))])


def render_alone(document: Document) -> str:
    """The whole document as a file that compiles as it is."""
    return "\n\n".join([PREAMBLE, *_loosely(_whole(document)), r"\end{document}"])


def _loosely(body: Iterable[str]) -> Iterator[str]:
    """Parts in a group of their own: lines may be set loosely, captions are as wide as the text."""
    yield r"\begingroup\sloppy\setlength{\emergencystretch}{3em}\setlength{\LTcapwidth}{\linewidth}"
    yield from body
    yield r"\par\endgroup"


def _whole(document: Document) -> Iterator[str]:
    labels = Labels()

    def table(section: Section) -> str:
        if section.grid is None:
            return ""
        return _table(section.grid, f"{{{escape(section.title)}}}", labels.next(section.title))

    return parts(document, title=_title, heading=_heading, listed=_listed, table=table)


def _tables(document: Document) -> Iterator[str]:
    """Each table with its verdicts and accounts in the caption, and its notes in small type below it."""
    labels = Labels()
    for section in document.sections:
        if section.grid:
            yield _table(section.grid, _caption(section), labels.next(section.title))
            if section.notes:
                yield rf"\begingroup\footnotesize\noindent {escape('; '.join(section.notes))}.\par\endgroup"


def _caption(section: Section) -> str:
    """The title of a table and its verdicts, of which a list of tables shows the title alone."""
    title = escape(section.title)
    if not section.verdicts:
        return f"{{{title}}}"
    return rf"[{title}]{{{title}. {escape('. '.join(section.findings))}.}}"


def escape(text: str) -> str:
    r"""Text that LaTeX shows literally: "5 %" becomes "5 \\%"; long words may be broken."""
    return " ".join(_escaped_word(word, LONG_WORD) for word in text.split(" "))


def _escaped_word(word: str, long: int) -> str:
    is_long = len(spelled(word)) > long
    shown = ""
    for character in spelled(word):
        shown += ESCAPES.get(character, character)
        if is_long and character in BREAKS:
            shown += r"\allowbreak{}"
    return shown


def _title(text: str) -> str:
    return rf"\section*{{{escape(text)}}}"


def _heading(text: str) -> str:
    return rf"\subsection*{{{escape(text)}}}"


def _listed(lines: tuple[str, ...]) -> str:
    items = "\n".join(rf"\item {escape(line)}" for line in lines)
    return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


def _table(grid: Grid, caption: str, label: str) -> str:
    """A table with the arguments of its caption and a label, in type that fits the width of the text."""
    grid = grid.only([head.is_printed for head in grid.heads])
    size, kinds = _layout(grid)
    head = [_line(_heading_of(head) for head in grid.heads), r"\midrule"]
    lines = [
        rf"\begingroup\{size}\setlength{{\tabcolsep}}{{{GAP_PT / 2:g}pt}}",
        rf"\begin{{longtable}}{{@{{}}{''.join(kinds)}@{{}}}}",
        rf"\caption{caption}\label{{{label}}}\\",
        *(r"\toprule", *head, r"\endfirsthead"),
        *(r"\toprule", *head, r"\endhead"),
    ]
    group = ""
    for row in grid.rows:
        if row.group != group:
            group = row.group
            lines.append(rf"\multicolumn{{{len(grid.heads)}}}{{@{{}}l}}{{{escape(group)}}} \\")
        cells = [_cell(value.text, kind) for kind, value in zip(kinds, row.values, strict=True)]
        lines.append(_line(cells))
    return "\n".join([*lines, r"\bottomrule", r"\end{longtable}", r"\endgroup"])


def _layout(grid: Grid) -> tuple[str, list[str]]:
    """The largest size of type in which the columns have room, and the kind of each column.

    If no size is small enough, columns of text share what the others leave, and their lines are broken.
    """
    letters = [_letters(grid, k) for k in range(len(grid.heads))]
    room_pt = TEXT_PT - GAP_PT * (len(letters) - 1)
    for size, letter_pt in SIZES.items():
        if sum(letters) * letter_pt <= room_pt:
            return size, [_side(head) for head in grid.heads]
    return _shared(grid, room_pt, letters)


def _shared(grid: Grid, room_pt: float, letters: Sequence[int]) -> tuple[str, list[str]]:
    """Layout in which lines are broken in all columns but those of short numbers, see `_layout`."""
    texts: dict[int, int] = {}
    taken = 0
    for column, (head, most) in enumerate(zip(grid.heads, letters, strict=True)):
        if head.is_number and most <= LONG_NUMBER:
            taken += most
        else:
            texts[column] = max(SHORT_TEXT, min(most, LONG_TEXT))
    size = "scriptsize" if len(texts) <= FEW_TEXTS else "tiny"
    letter_pt = max(0.0, room_pt - taken * SIZES[size]) / max(1, sum(texts.values()))
    kinds = [_side(head) for head in grid.heads]
    for column, share in texts.items():
        kinds[column] = f"p{{{share * letter_pt:.0f}pt}}"
    return size, kinds


def _letters(grid: Grid, column: int) -> int:
    """The number of letters of the longest line in a column."""
    longest = max(map(_width, grid.heads[column].words))
    for row in grid.rows:
        longest = max(longest, *map(_width, spelled(row.values[column].text).split("\n")))
    return longest


def _width(line: str) -> int:
    """The number of letters of a line; some signs are as wide as two."""
    return len(line) + sum(map(line.count, WIDE))


def _side(head: Head) -> str:
    return head.side[0]  # "l" or "r"


def _heading_of(head: Head) -> str:
    """A heading, one word a line."""
    if len(head.words) == 1:
        return escape(head.name)
    return _stacked(head.words, _side(head), place="b")


def _stacked(lines: Iterable[str], side: str, place: str) -> str:
    shown = r" \\ ".join(map(escape, lines))
    return rf"\begin{{tabular}}[{place}]{{@{{}}{side}@{{}}}}{shown}\end{{tabular}}"


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(text: str, kind: str) -> str:
    """A cell; a text of several lines becomes a small table, one in a column of given width is broken."""
    if kind.startswith("p"):
        words = [_escaped_word(word, LONG_WORD_OF_CELL) for word in text.replace("\n", " \n ").split(" ")]
        shown = " ".join(words).replace("\n", r"\newline")
        return rf"{{\raggedright\hspace{{0pt}}{shown}\par}}"
    return _stacked(text.split("\n"), kind, place="t") if "\n" in text else escape(text)
