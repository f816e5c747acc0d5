"""Write records as CSV that no spreadsheet runs, whatever its list separator is.

A text in which a cell could begin with a formula has an apostrophe before that place: at its beginning, and
behind each separator of another locale (; tab |). `plain` takes them away again; numbers have none.
"""

import csv
import io
import re
from collections.abc import Sequence

from guidelines.analysis.measured import distinct
from guidelines.report.figures import Record, Scalar

# Signs that begin a formula, with those that look alike and are read as these, behind spaces and quotes.
FORMULA = r"""(?=[\s"'’“”„«»`]*[=+\-@＝＋－＠﹦﹢﹣﹫−\t\r\n])"""
CELL = r"(^|[;；|｜\t\r\n])"
_BEFORE, _MARKED = re.compile(CELL + FORMULA), re.compile(CELL + "'" + FORMULA)


def to_csv(records: Sequence[Record]) -> str:
    """Records as CSV with a header, separated by commas."""
    out = io.StringIO()
    writer = csv.DictWriter(out, distinct(records), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _inert(value) for name, value in record.items()})
    return out.getvalue().rstrip("\n")


def inert(text: str) -> str:
    """A text that no spreadsheet runs: "=1" becomes "'=1"."""
    return _BEFORE.sub(r"\1'", text)


def plain(cell: str) -> str:
    """The text that `inert` made a cell of."""
    return _MARKED.sub(r"\1", cell)


def _inert(value: Scalar) -> Scalar:
    return inert(value) if isinstance(value, str) else value
