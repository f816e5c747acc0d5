"""Draw feature reuse as a picture, like the paper's Figure 4.

Needs matplotlib (the extra `plot`), which is imported only when the picture is drawn.
"""

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING

from guidelines.networks.stage_reuse import StageReuse
from guidelines.report.pictures.page import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_INCHES = 3.4
MOST_BLOCKS_WITH_NUMBERS = 8


def page(network: str, stages: Sequence[StageReuse]) -> "Figure":
    """Draw a panel for each stage.

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
    axes.set_title(f"{stage.name}, c = {stage.channels}")


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
