"""Lines that fit into the columns of a terminal."""

from guidelines.report.formats.layout import columns_of, wrapped

CUT = "..."
INDENT = "  "


def fitted(line: str, width: int) -> str:
    """A line of at most so many columns, marked if its end is cut off."""
    if columns_of(line) <= width:
        return line
    while columns_of(line) > width - len(CUT):
        line = line[:-1]
    return f"{line}{CUT}"


def in_lines(line: str, width: int) -> str:
    """A line broken between words, if it is longer than a width; continuations are indented."""
    if columns_of(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(indent + each for each in wrapped(line.strip(), width - len(indent), INDENT))
