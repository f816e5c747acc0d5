r"""A document as LaTeX, to be put into a paper with \input; names in other scripts need XeLaTeX."""

from collections.abc import Iterable

from guidelines.report.document import Document, Grid, parts

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
    """The whole document; every text in it shows as it is."""
    return "\n\n".join([NEEDS, *parts(document, _title, _heading, _listed, _table)])


def escape(text: str) -> str:
    r"""Text that LaTeX sets as it is: "5 %" becomes "5 \\%"."""
    return "".join(ESCAPES.get(character, character) for character in text)


def _title(text: str) -> str:
    return rf"\section*{{{escape(text)}}}"


def _heading(text: str) -> str:
    return rf"\subsection*{{{escape(text)}}}"


def _listed(lines: tuple[str, ...]) -> str:
    items = "\n".join(rf"\item {escape(line)}" for line in lines)
    return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


def _table(grid: Grid) -> str:
    sides = "".join("r" if head.is_number else "l" for head in grid.heads)
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
        cells = zip(grid.heads, row.values, strict=True)
        lines.append(_line(_cell(value.text, "r" if head.is_number else "l") for head, value in cells))
    return "\n".join([*lines, r"\bottomrule", r"\end{longtable}", r"\endgroup"])


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(text: str, side: str) -> str:
    """A cell, of several lines where its text has them."""
    if "\n" not in text:
        return escape(text)
    lines = r" \\ ".join(map(escape, text.split("\n")))
    return rf"\begin{{tabular}}[t]{{@{{}}{side}@{{}}}}{lines}\end{{tabular}}"
