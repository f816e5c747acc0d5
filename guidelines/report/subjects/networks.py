"""Write the networks of the suite beside the paper's Table 8, and its rows that cannot be reproduced."""

from collections.abc import Sequence
from dataclasses import asdict

from guidelines.networks.catalogue import Known
from guidelines.paper.tables import NetworkRow
from guidelines.report.digits import millions
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.figures import Record

HEADS = (
    Head("network", is_number=False),
    Head("image"),
    Head(f"M para{BREAK}meters"),
    Head(f"M mult-{BREAK}adds"),
    Head("paper"),
    Head("M memory access (conv)"),
    Head("M memory access"),
)
LACKING_HEADS = (Head("row of Table 8", is_number=False), Head("M mult-adds"), Head("why", is_number=False))
NOTES = (
    "of one call on one image; paper: M mult-adds as Table 8 prints them; memory access: elements that all "
    "operators but views read and write, (conv): that of convolutions and linear layers",
    "*: parameters and mult-adds as others published or counted them; the rest are counts of this suite",
)


def document(known: Sequence[Known], printed: Sequence[NetworkRow]) -> Document:
    """A table of the networks of the suite, and one of the rows of Table 8 that it lacks."""
    in_paper = {row.network: row.m_multiply_adds for row in printed if not row.own_image_size}
    rows = tuple(_row(each, in_paper.get(each.name)) for each in known)
    lacking = tuple(_lacking(row) for row in printed if row.irreproducible)
    title = "Networks of this suite"
    sections = (
        Section(title, Grid(HEADS, rows), notes=NOTES),
        Section("Rows of Table 8 that are not reproduced", Grid(LACKING_HEADS, lacking)),
    )
    return Document(title, (), sections)


def records(known: Sequence[Known]) -> list[Record]:
    """One record for each network."""
    return [_record(each) for each in known]


def _record(known: Known) -> Record:
    return {
        "name": known.name,
        "parameters": known.work.parameters,  # stands before the rest of the work
        **asdict(known.work),
        "image_size": known.image_size,
        "is_reference": known.is_reference,
    }


def _row(known: Known, printed: int | None) -> Row:
    work, mark = known.work, " *" if known.is_reference else ""
    return Row(
        (
            Value(f"{known.name}{mark}"),
            Value(f"{known.image_size}", known.image_size),
            _count(work.parameters),
            _count(work.multiply_adds),
            Value(str(printed or ""), printed),
            _count(work.conv_memory_access),
            _count(work.memory_access),
        )
    )


def _count(count: int | None) -> Value:
    return Value(millions(count or 0), count)


def _lacking(row: NetworkRow) -> Row:
    name = row.model
    if row.own_image_size:
        name = f"{row.model} at {row.own_image_size}x{row.own_image_size}"
    return Row(
        (
            Value(name),
            Value(str(row.m_multiply_adds), row.m_multiply_adds),
            Value(row.irreproducible),
        )
    )
