r"""Write a document as LaTeX for \input; names in scripts other than Latin need XeLaTeX."""

from collections.abc import Iterable

from guidelines.report.document import Document, Grid, Head, parts

NEEDS = "% needs \\usepackage[utf8]{inputenc}, \\usepackage{booktabs} and \\usepackage{longtable}"
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
}


def render(document: Document) -> str:
    """The whole document; every text in it is shown literally."""
    shown = parts(document, title=_title, heading=_heading, listed=_listed, table=_table)
    return "\n\n".join([NEEDS, *shown])


def escape(text: str) -> str:
    r"""Text that LaTeX shows literally: "5 %" becomes "5 \\%"."""
    return "".join(ESCAPES.get(character, character) for character in text)


def _title(text: str) -> str:
    return rf"\section*{{{escape(text)}}}"


def _heading(text: str) -> str:
    return rf"\subsection*{{{escape(text)}}}"


def _listed(lines: tuple[str, ...]) -> str:
    items = "\n".join(rf"\item {escape(line)}" for line in lines)
    return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


def _table(grid: Grid) -> str:
    sides = "".join(_side(head) for head in grid.heads)
    lines = [
        r"\begingroup\footnotesize",
        rf"\begin{{longtable}}{{{sides}}}",
        r"\toprule",
        _line(escape(head.name) for head in grid.heads),
        r"\midrule",
        r"\endhead",
    ]
    group = ""
    for row in grid.rows:
        if row.group != group:
            group = row.group
            lines.append(rf"\multicolumn{{{len(grid.heads)}}}{{l}}{{{escape(group)}}} \\")
        cells = [_cell(value.text, _side(head)) for head, value in zip(grid.heads, row.values, strict=True)]
        lines.append(_line(cells))
    return "\n".join([*lines, r"\bottomrule", r"\end{longtable}", r"\endgroup"])


def _side(head: Head) -> str:
    return head.side[0]  # "l" or "r"


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(text: str, side: str) -> str:
    """A cell; a text of several lines becomes a small table."""
    if "\n" not in text:
        return escape(text)
    lines = r" \\ ".join(map(escape, text.split("\n")))
    return rf"\begin{{tabular}}[t]{{@{{}}{side}@{{}}}}{lines}\end{{tabular}}"
