"""Gather what the picture of a guideline shows: its panels, and the machines or conditions in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guidelines.analysis.tables import Table
from guidelines.report.pictures.emphasis import emphasised
from guidelines.report.pictures.legend import MANY, Look, entries
from guidelines.report.pictures.panels import Panel, blocks
from guidelines.report.pictures.scales import Scale, slowdown_scale, throughput_scale
from guidelines.report.pictures.series import Series


@dataclass(frozen=True)
class ScaledPanel:
    """A panel and its vertical axes; all panels of a guideline share that of slow-downs."""

    panel: Panel
    slowdown: Scale
    throughput: Scale


@dataclass(frozen=True)
class Shown:
    """A guideline with its claim and its panels, and the label and look of each machine or condition."""

    guideline: str
    claim: str
    panels: tuple[ScaledPanel, ...]
    labels: tuple[str, ...]
    looks: tuple[Look, ...]

    @property
    def legend(self) -> list[tuple[str, Look]]:
        """The texts of the legend with their looks."""
        has_paper = any(each.panel.published for each in self.panels)
        return entries(self.labels, self.looks, has_paper)

    @property
    def named(self) -> dict[Look, str]:
        """The label of each coloured look."""
        labels = zip(self.looks, self.labels, strict=True)
        return {look: label for look, label in labels if look != MANY}


def shown(series: Sequence[Series]) -> list[Shown]:
    """Series to draw for each guideline, in the order of the tables."""
    guidelines: dict[str, None] = {}  # a set in the order of the tables
    for each in series:
        guidelines |= dict.fromkeys(table.guideline for table in each.tables)
    with_looks = emphasised(series)
    return [_shown(guideline, with_looks) for guideline in guidelines]


def _shown(guideline: str, series: Sequence[tuple[Series, Look]]) -> Shown:
    own = _own_series(guideline, series)
    tables: list[tuple[Table, Look]] = []
    for each, look in own:
        tables += [(table, look) for table in each.tables]
    first_table, _ = tables[0]
    return Shown(
        guideline=guideline,
        claim=first_table.claim,
        panels=_scaled(blocks(tables)),
        labels=tuple(each.label for each, _ in own),
        looks=tuple(look for _, look in own),
    )


def _scaled(panel_blocks: Sequence[Sequence[Panel]]) -> tuple[ScaledPanel, ...]:
    """The panels with their axes; each block, with networks or a platform of its own, has its throughput."""
    every: list[Panel] = []
    for block in panel_blocks:
        every += block
    slowdown = slowdown_scale(every)
    scaled = []
    for block in panel_blocks:
        throughput = throughput_scale(block)
        scaled += [ScaledPanel(panel, slowdown, throughput) for panel in block]
    return tuple(scaled)


def _own_series(guideline: str, series: Sequence[tuple[Series, Look]]) -> list[tuple[Series, Look]]:
    """The series that have tables of a guideline, with these tables only; they look the same everywhere."""
    own: list[tuple[Series, Look]] = []
    for each, look in series:
        tables = tuple(table for table in each.tables if table.guideline == guideline)
        if tables:
            own.append((replace(each, tables=tables), look))
    return own
