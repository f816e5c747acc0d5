"""Write the cost of a module as a document and as records: a row for each layer, then the total."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from guidelines.networks.cost.module import LayerCost, ModuleCost
from guidelines.report.digits import millions, shape
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.records import Record
from guidelines.results.checked import printable

HEADS = (
    Head("layer", is_number=False),
    Head("kind", is_number=False, is_detail=True),
    Head(f"M mult-{BREAK}adds"),
    Head("M memory access (conv)"),
    Head("M memory access"),
    Head("parameters"),
    Head("operators"),
)
TRACED = {"meta": "traced on the meta device", "cpu": "counted with real tensors on the CPU"}
NOTES = (
    "mult-adds: one per fused pair, of convolutions and matrix products. memory access: elements that all "
    "operators but views read and write; (conv): of convolutions and of products of two matrices, such as "
    "linear layers, only: input, output and weights.",
)


def document(
    target: str, input_shape: Sequence[int], cost: ModuleCost, layers: Sequence[LayerCost]
) -> Document:
    """A table of layers and their total, with notes on operators that could not be counted."""
    title = f"{printable(target)}, input {shape(input_shape)}, {TRACED[cost.device]}"
    rows = [_row(layer.path or "(itself)", layer) for layer in layers if not layer.is_empty]
    rows.append(_row("total", cost.total))
    grid = Grid(HEADS, tuple(rows))
    return Document(title, (), (Section(title, grid, notes=(*_doubts(cost), *NOTES)),))


def records(
    target: str, input_shape: Sequence[int], cost: ModuleCost, layers: Sequence[LayerCost]
) -> list[Record]:
    """One record for each layer; the last one has the path "total"."""
    call: Record = {"target": printable(target), "input": shape(input_shape), "traced_on": cost.device}
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


def _doubts(cost: ModuleCost) -> list[str]:
    """Notes on the reason against the meta device, and on operators that the figures leave out."""
    doubts = []
    if cost.note:
        doubts.append(f"not traced on the meta device: {printable(cost.note)}")
    if cost.uncountable:
        missing = ", ".join(f"{name} ({calls}x)" for name, calls in cost.uncountable)
        doubts.append(f"not fully counted, because their work is not known: {missing}")
    return doubts


def _row(name: str, layer: LayerCost) -> Row:
    work = layer.work
    amounts = (work.multiply_adds, work.conv_memory_access, work.memory_access)
    cells = [
        Value(printable(name)),
        Value(printable(layer.kind)),
        *(_amount(amount, layer.uncounted) for amount in amounts),
        Value(f"{work.parameters:,}" if work.parameters else "", work.parameters),
        Value(str(layer.operators), layer.operators),
    ]
    return Row(tuple(cells))


def _amount(known: int | None, uncounted: int) -> Value:
    """A figure in millions, "" for none: "4.06", or "4.06 + ?" if some of the work is not known."""
    parts = []
    if known:
        parts.append(millions(known))
    if uncounted:
        parts.append("?")
    return Value(" + ".join(parts), known)
