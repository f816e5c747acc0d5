"""Write the share of run time of each class of operators, beside the paper's Figure 2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from guidelines.networks.cost.classes import (
    CLASSES,
    CONVOLUTION,
    DEPTHWISE,
    ELEMENTWISE,
    GROUPED,
    MOVEMENT,
    OTHER,
    PRODUCT,
    SHUFFLE,
    UNCLASSIFIED,
    Decomposition,
    Operator,
    Share,
)
from guidelines.paper.figure2 import percent
from guidelines.report.digits import with_interval
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.figures import Record
from guidelines.results.checked import printable
from guidelines.spec.inputs import Input, described

# The paper's names of our classes; the others have none.
PAPER_NAMES = {
    CONVOLUTION: "Conv",
    ELEMENTWISE: "Elemwise",
    SHUFFLE: "Shuffle",
    MOVEMENT: "Data",
    OTHER: "Other",
}
# Classes whose names do not say which operators they hold.
SPELLED_OUT = (OTHER, UNCLASSIFIED)
CONDITION = ("device", "device_name", "dtype", "layout", "threads")
SHARES = (Head("share"), Head("least", is_detail=True), Head("most", is_detail=True))


def document(network: str, inputs: Sequence[Input], decomposition: Decomposition) -> Document:
    """A table of classes beside the paper's, then one of the operators in the classes of SPELLED_OUT."""
    slices = percent(network, decomposition.condition.device.paper_platform)
    title = f"Run-time decomposition of {printable(network)}"
    sections = [Section(title, _classes(decomposition, slices), notes=_notes(decomposition, slices))]
    operators: list[Row] = []
    for kind in SPELLED_OUT:
        operators += _rows(decomposition.operators(kind), kind)
    if operators:
        heads = (Head("operator", is_number=False), *SHARES)
        sections.append(Section("Operators of other and of no class", Grid(heads, tuple(operators), "class")))
    return Document(title, _lead(inputs, decomposition), tuple(sections))


def records(network: str, inputs: Sequence[Input], decomposition: Decomposition) -> list[Record]:
    """One record for each operator, class after class."""
    condition = asdict(decomposition.condition)
    call: Record = {"target": printable(network), "input": described(inputs)}
    call |= {name: condition[name] for name in CONDITION}
    call["profiled_ratio"] = decomposition.profiled_ratio.estimate
    return [call | operator for operator in _operators(decomposition)]


def _operators(decomposition: Decomposition) -> Iterator[Record]:
    typical_s = decomposition.typical_s
    for kind in CLASSES:
        for name, share in decomposition.operators(kind).items():
            yield {
                "class": kind,
                "operator": printable(name),
                "seconds": typical_s[Operator(kind, name)],
                "share": share.typical,
                "least_share": share.least,
                "greatest_share": share.greatest,
            }


def _lead(inputs: Sequence[Input], decomposition: Decomposition) -> tuple[str, ...]:
    condition = decomposition.condition
    plural = "s" if condition.threads > 1 else ""
    call_ms = 1e3 * sum(decomposition.typical_s.values())
    return (
        f"{condition.device_name}: input {described(inputs)}, {condition.dtype}, "
        f"{condition.layout}, {condition.threads} thread{plural}",
        f"{len(decomposition.rounds)} calls; the operators of one take {call_ms:.3g} ms under the profiler",
    )


def _classes(decomposition: Decomposition, slices: Mapping[str, float]) -> Grid:
    """A row for each class and one for all; the paper's slices are the last column if it draws any."""
    classes = decomposition.classes
    total = sum(share.typical for share in classes.values())
    rows = _rows({**classes, "all operators": Share(total, total, total)})
    heads = (Head("class", is_number=False), *SHARES)
    if not slices:
        return Grid(heads, rows)
    printed = [_printed(kind, slices) for kind in classes]
    printed.append(Value(f"{sum(slices.values()):g} %"))
    beside = [Row((*row.values, cell)) for row, cell in zip(rows, printed, strict=True)]
    return Grid(
        (*heads, Head(f"paper, {decomposition.condition.device.paper_platform.upper()}")), tuple(beside)
    )


def _rows(shares: Mapping[str, Share], group: str = "") -> tuple[Row, ...]:
    """A row for each name: its typical share, and the least and greatest one in any round."""
    return tuple(Row((Value(printable(name)), *_cells(share)), group) for name, share in shares.items())


def _cells(share: Share) -> tuple[Value, Value, Value]:
    return _percent(share.typical), _percent(share.least), _percent(share.greatest)


def _percent(fraction: float) -> Value:
    return Value(f"{100 * fraction:.1f} %", fraction)


def _printed(kind: str, slices: Mapping[str, float]) -> Value:
    """The paper's slice of a class with its name: "Conv 87 %"; "-" if it draws none."""
    name = PAPER_NAMES.get(kind, "")
    if name not in slices:
        return Value("-")
    return Value(f"{name} {slices[name]:g} %", slices[name] / 100)


def _notes(decomposition: Decomposition, slices: Mapping[str, float]) -> tuple[str, ...]:
    """Notes on the cost of the profiler, and on differences of the paper's classes from ours."""
    slower = with_interval(decomposition.profiled_ratio)
    weighed = "its kernels do not"
    if decomposition.condition.device.is_cpu:
        weighed = "this weighs most on short operators"
    cost = f"Under the profiler a call takes {slower} times as long; {weighed}."
    if not slices:
        return (cost,)
    typical = {kind: share.typical for kind, share in decomposition.classes.items()}
    convolutions = 100 * (typical[CONVOLUTION] + typical[DEPTHWISE] + typical[GROUPED])
    others = 100 * (typical[OTHER] + typical[PRODUCT])
    return (
        cost,
        f"The paper does not say where it counts depthwise and group convolution; all convolutions together "
        f"take {convolutions:.1f} % here. It shows no matrix products, and fully connected layers are in its "
        f"Other; matrix product and other together take {others:.1f} % here. It shows no normalisation, and "
        "its Data is data input and output.",
    )
