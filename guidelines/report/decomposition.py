"""A network's run-time decomposition as a document, the paper's Figure 2 beside it, and as records."""

from collections.abc import Mapping
from dataclasses import asdict

from guidelines.networks.cost.classes import (
    CLASSES,
    CONVOLUTION,
    DEPTHWISE,
    ELEMENTWISE,
    MOVEMENT,
    OTHER,
    SHUFFLE,
    UNCLASSIFIED,
    Decomposition,
    Operator,
    Share,
)
from guidelines.paper.figure2 import percent
from guidelines.report.digits import shape, with_interval
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.records import Record
from guidelines.values import printable

# The paper's names of our classes; it has none for the others.
PAPER_NAMES = {
    CONVOLUTION: "Conv",
    ELEMENTWISE: "Elemwise",
    SHUFFLE: "Shuffle",
    MOVEMENT: "Data",
    OTHER: "Other",
}
# What a reader cannot know from the name of the class.
SPELLED_OUT = (OTHER, UNCLASSIFIED)
CONDITION = ("device", "device_name", "dtype", "layout", "threads")
SHARES = (Head("share"), Head("least", is_detail=True), Head("most", is_detail=True))


def document(network: str, found: Decomposition) -> Document:
    """The share of each class beside the paper's, then the operators that are other or in no class."""
    slices = percent(network, found.condition.platform)
    title = f"Run-time decomposition of {printable(network)}"
    sections = [Section(title, _classes(found, slices), notes=_notes(found, slices))]
    operators = tuple(row for kind in SPELLED_OUT for row in _rows(found.operators(kind), kind))
    if operators:
        heads = (Head("operator", is_number=False), *SHARES)
        sections.append(Section("Operators of other and of no class", Grid(heads, operators, "class")))
    return Document(title, _lead(found), tuple(sections))


def records(network: str, found: Decomposition) -> list[Record]:
    """One record an operator, class after class."""
    condition, typical_s = asdict(found.condition), found.typical_s
    call: Record = {"target": printable(network), "input": shape(found.input_shape)}
    call |= {name: condition[name] for name in CONDITION} | {"profiled_ratio": found.profiled_ratio.estimate}
    return [
        call
        | {"class": kind, "operator": printable(name), "seconds": typical_s[Operator(kind, name)]}
        | {"share": share.typical, "least_share": share.least, "greatest_share": share.greatest}
        for kind in CLASSES
        for name, share in found.operators(kind).items()
    ]


def _lead(found: Decomposition) -> tuple[str, ...]:
    condition = found.condition
    return (
        f"{condition.device_name}: input {shape(found.input_shape)}, {condition.dtype}, {condition.layout}, "
        f"{condition.threads} thread{'s' * (condition.threads > 1)}",
        f"{len(found.rounds)} calls; the operators of one take {1e3 * sum(found.typical_s.values()):.3g} ms "
        "under the profiler",
    )


def _classes(found: Decomposition, slices: Mapping[str, float]) -> Grid:
    total = sum(share.typical for share in found.classes.values())
    rows = _rows({**found.classes, "all operators": Share(total, total, total)})
    heads = (Head("class", is_number=False), *SHARES)
    if not slices:
        return Grid(heads, rows)
    cells = (*(_printed(kind, slices) for kind in found.classes), Value(f"{sum(slices.values()):g} %"))
    beside = (Row((*row.values, cell)) for row, cell in zip(rows, cells, strict=True))
    return Grid((*heads, Head(f"paper, {found.condition.platform.upper()}")), tuple(beside))


def _rows(shares: Mapping[str, Share], group: str = "") -> tuple[Row, ...]:
    """A row a name: its share, and the least and the greatest of the rounds."""
    return tuple(
        Row((Value(printable(name)), *map(_percent, (share.typical, share.least, share.greatest))), group)
        for name, share in shares.items()
    )


def _percent(fraction: float) -> Value:
    return Value(f"{100 * fraction:.1f} %", fraction)


def _printed(kind: str, slices: Mapping[str, float]) -> Value:
    """The paper's slice of a class with its name: "Conv 87 %"; "-" where it draws none."""
    name = PAPER_NAMES.get(kind, "")
    return Value(f"{name} {slices[name]:g} %", slices[name] / 100) if name in slices else Value("-")


def _notes(found: Decomposition, slices: Mapping[str, float]) -> tuple[str, ...]:
    """What the profiler costs, and where the paper's classes may differ from ours."""
    weighed = (
        "this weighs most on short operators" if found.condition.device == "cpu" else "its kernels do not"
    )
    cost = f"Under the profiler a call takes {with_interval(found.profiled_ratio)} times as long; {weighed}."
    if not slices:
        return (cost,)
    convolutions = found.classes[CONVOLUTION].typical + found.classes[DEPTHWISE].typical
    return (
        cost,
        f"The paper does not say where it counts depthwise convolution; all convolutions together take "
        f"{100 * convolutions:.1f} % here. It shows no normalisation, and its Data is data input and output.",
    )
