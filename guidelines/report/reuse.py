"""Feature reuse as a document and as a picture, the measured channels beside the paper's formula.

The picture needs matplotlib (the extra `plot`), which is imported only when it is drawn.
"""

from collections.abc import Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING

from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.picture import styled
from guidelines.report.records import Record
from guidelines.stage_reuse import StageReuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEADS = (
    Head("blocks apart"),
    Head("channels passed"),
    Head("r^j c"),
    Head("% of c"),
)
NOTES = (
    "channels passed: those of a block's c output channels that the block j further on gives unchanged, "
    "followed through the network's own splits and shuffles; r^j c: the paper's formula, r = 1/2.",
    "Where a block's channels that are left are odd in number, one more is kept than worked on: the count is "
    "the formula rounded up, and the first channel of a stage is never worked on.",
)
PANEL_INCHES = 3.4
MOST_BLOCKS_WITH_NUMBERS = 8


def document(network: str, stages: Sequence[StageReuse]) -> Document:
    """A table with a row for each distance between blocks, grouped by stage."""
    title = f"Feature reuse in {network}"
    rows: list[Row] = []
    for stage in stages:
        rows += _rows(stage)
    return Document(title, (), (Section(title, Grid(HEADS, tuple(rows), "stage"), notes=NOTES),))


def _rows(stage: StageReuse) -> Iterator[Row]:
    """Rows for the distances from the first block; from every later one the counts are the same."""
    for apart, count in enumerate(stage.passed[0]):
        formula, share = stage.formula(apart), 100 * count / stage.channels
        cells = (
            Value(str(apart), apart),
            Value(str(count), count),
            Value(f"{formula:.4g}", formula),
            Value(f"{share:.3g}", share),
        )
        yield Row(cells, group=_heading(stage))


def _heading(stage: StageReuse) -> str:
    return f"{stage.name}, c = {stage.channels}"


def records(network: str, stages: Sequence[StageReuse]) -> list[Record]:
    """One record for each pair of blocks of a stage."""
    pairs: list[Record] = []
    for stage in stages:
        pairs += _pairs(network, stage)
    return pairs


def _pairs(network: str, stage: StageReuse) -> Iterator[Record]:
    for source, target, count in stage.pairs:
        yield {
            "network": network,
            "stage": stage.name,
            "channels": stage.channels,
            "source_block": source,
            "target_block": target,
            "channels_passed": count,
            "formula": stage.formula(target - source),
        }


def page(network: str, stages: Sequence[StageReuse]) -> "Figure":
    """Draw a panel for each stage, like the paper's Figure 4.

    Source blocks go across, target blocks down; the colour is the share of channels that is passed.
    Raises PictureError if matplotlib is missing.
    """
    with styled():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(PANEL_INCHES * len(stages), PANEL_INCHES + 0.6), layout="constrained")
        panels = figure.subplots(1, len(stages), squeeze=False)[0]
        for axes, stage in zip(panels, stages, strict=True):
            _panel(axes, stage)
        panels[0].set_ylabel("target block")
        figure.colorbar(panels[0].collections[0], ax=list(panels), label="share of the source's channels")
        figure.suptitle(f"Channels passed unchanged, {network}", x=0.01, ha="left", fontsize=11)
    return figure


def _panel(axes: "Axes", stage: StageReuse) -> None:
    blocks = range(1, len(stage.passed) + 1)
    axes.pcolormesh(blocks, blocks, _shares(stage), cmap="Blues", vmin=0, vmax=1)
    if len(blocks) <= MOST_BLOCKS_WITH_NUMBERS:
        axes.set_xticks(blocks)
        axes.set_yticks(blocks)
        _write_counts(axes, stage)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.set_xlabel("source block")
    axes.set_title(_heading(stage))


def _shares(stage: StageReuse) -> list[list[float]]:
    """The share of channels passed, by target and source block; nan if the target comes first."""
    size = len(stage.passed)
    shares = [[nan] * size for _ in range(size)]
    for source, target, count in stage.pairs:
        shares[target - 1][source - 1] = count / stage.channels
    return shares


def _write_counts(axes: "Axes", stage: StageReuse) -> None:
    for source, target, count in stage.pairs:
        color = "white" if 2 * count > stage.channels else "black"
        axes.text(source, target, str(count), color=color, ha="center", va="center")
