"""Write the cost of a module as a document and as records, by layer and by operator."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from guidelines.networks.cost.module import LayerCost, ModuleCost, OperatorSum
from guidelines.report.digits import millions
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.figures import Record
from guidelines.results.checked import printable
from guidelines.spec.inputs import Input, described
from guidelines.spec.work import Cost

TRACED = {"meta": "traced on the meta device", "cpu": "counted with real tensors on the CPU"}
# Figures from 10,000 on are in millions: with three digits, smaller ones would have too many zeros.
MILLIONS_FROM = 10_000
OPERATORS_TITLE = "By operator, the most memory access first"
NOTES = (
    "mult-adds: one per fused pair, of convolutions, matrix products, attention, recurrent layers and "
    "Euclidean distances (k + 2 for one of k columns, as torch computes it); other operators have none, or, "
    "where ? stands, a number that is not known. memory access: elements that "
    "all operators but views read and write, the same on any device: attention stores no scores, a recurrent "
    "layer reads its weights once; (conv): of convolutions and of products of two matrices, such as linear "
    "layers, only: input, output and weights.",
)


def document(target: str, inputs: Sequence[Input], cost: ModuleCost, layers: Sequence[LayerCost]) -> Document:
    """A table of layers with their total, and one of operators, with notes on what could not be counted."""
    title = f"{printable(target)}, input {described(inputs)}, {TRACED[cost.device]}"
    total = cost.total
    units = [_unit(amount) for amount in _amounts(total.work)]
    rows = [_row(layer.path or "(itself)", layer, units) for layer in layers if not layer.is_empty]
    rows.append(_row("total", total, units))
    sections = [Section(title, Grid(_heads(units), tuple(rows)))]
    if cost.operators:
        sections.append(Section(OPERATORS_TITLE, _by_operator(cost.operators, units)))
    sections[-1] = replace(sections[-1], notes=(*_doubts(cost), *_views(cost), *NOTES))
    return Document(title, (), tuple(sections))


def records(
    target: str, inputs: Sequence[Input], cost: ModuleCost, layers: Sequence[LayerCost]
) -> list[Record]:
    """One record for each layer; the last one has the path "total"."""
    call: Record = {"target": printable(target), "input": described(inputs), "traced_on": cost.device}
    shown = [layer for layer in layers if not layer.is_empty]
    shown.append(replace(cost.total, path="total"))
    return [
        {
            **call,
            "path": printable(layer.path),
            "kind": printable(layer.kind),
            **asdict(layer.work),
            "operators": layer.operators,
            "uncounted": layer.uncounted,
        }
        for layer in shown
    ]


def operator_facts(cost: ModuleCost) -> dict[str, object]:
    """The same work operator by operator, and the views, as further keys of JSON."""
    operators = []
    for each in cost.operators:
        work = {name: amount for name, amount in asdict(each.work).items() if name != "parameters"}
        operators.append({"name": each.name, "calls": each.calls, **work, "uncounted": each.uncounted})
    return {"operators": operators, "views": dict(cost.views)}


def _by_operator(operators: Sequence[OperatorSum], units: Sequence[str]) -> Grid:
    """A row for each operator."""
    rows = []
    for each in operators:
        amounts = _work_cells(each.work, units, each.uncounted)
        rows.append(Row((Value(printable(each.name)), Value(str(each.calls), each.calls), *amounts)))
    heads = (Head("operator", is_number=False), Head("calls"), *_work_heads(units))
    return Grid(heads, tuple(rows))


def _views(cost: ModuleCost) -> list[str]:
    """A note that names the operators that are in no table."""
    if not cost.views:
        return []
    named = ", ".join(f"{name} ({calls}x)" for name, calls in cost.views)
    return [f"not in the tables, because they read and write no element (views, allocations): {named}"]


def _doubts(cost: ModuleCost) -> list[str]:
    """Notes on the reason against the meta device, and on operators that the figures leave out."""
    doubts = []
    if cost.build_note:
        doubts.append(
            f"built on the CPU, as building failed on the meta device: {printable(cost.build_note)}"
        )
    if cost.note:
        doubts.append(f"not traced on the meta device: {printable(cost.note)}")
    if cost.uncountable:
        missing = ", ".join(f"{name} ({calls}x)" for name, calls in cost.uncountable)
        doubts.append(f"not fully counted, because their work is not known: {missing}")
    return doubts


def _amounts(work: Cost) -> tuple[int, int | None, int]:
    return work.multiply_adds, work.conv_memory_access, work.memory_access


def _unit(total: int | None) -> str:
    """The unit of a column: "M" for millions, or "" if its total is small."""
    return "M" if total is None or total >= MILLIONS_FROM else ""


def _heads(units: Sequence[str]) -> tuple[Head, ...]:
    return (
        Head("layer", is_number=False),
        Head("kind", is_number=False, is_detail=True),
        *_work_heads(units),
        Head("parameters"),
        Head("operators"),
    )


def _work_heads(units: Sequence[str]) -> list[Head]:
    names = (f"mult-{BREAK}adds", "memory access (conv)", "memory access")
    return [Head(f"{unit} {name}".strip()) for unit, name in zip(units, names, strict=True)]


def _row(name: str, layer: LayerCost, units: Sequence[str]) -> Row:
    parameters = layer.work.parameters
    cells = [
        Value(printable(name)),
        Value(printable(layer.kind)),
        *_work_cells(layer.work, units, layer.uncounted),
        Value(f"{parameters:,}" if parameters else "", parameters),
        Value(str(layer.operators), layer.operators),
    ]
    return Row(tuple(cells))


def _work_cells(work: Cost, units: Sequence[str], uncounted: int) -> list[Value]:
    amounts = zip(_amounts(work), units, strict=True)
    return [_amount(amount, unit, uncounted) for amount, unit in amounts]


def _amount(known: int | None, unit: str, uncounted: int) -> Value:
    """A figure in its unit, "" for none: "4.06", or "4.06 + ?" if some of the work is not known."""
    parts = []
    if known:
        parts.append(millions(known) if unit else f"{known:,}")
    if uncounted:
        parts.append("?")
    return Value(" + ".join(parts), known)
