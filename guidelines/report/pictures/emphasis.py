"""Choose the series of a guideline that stand out among many: those of the largest and smallest effects."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import geometric_mean

from guidelines.report.pictures.legend import MANY, STYLES, Look
from guidelines.report.pictures.series import Series

EACH_SIDE = len(STYLES) // 2


def emphasised(series: Sequence[Series]) -> list[tuple[Series, Look]]:
    """Series with their looks: few in colours; of many the extremes, numbered by their effect, others grey.

    The effect of a series is the geometric mean of those of its sweeps.
    """
    if len(series) <= len(STYLES):
        return list(zip(series, STYLES, strict=False))
    effects = {index: _effect(each) for index, each in enumerate(series)}
    known = [index for index, effect in effects.items() if effect]
    ranked = sorted(known, key=lambda index: -effects[index])
    ranks = {index: rank for rank, index in enumerate(ranked, 1)}
    last_ones = max(EACH_SIDE, len(ranked) - EACH_SIDE)
    extremes = [*ranked[:EACH_SIDE], *ranked[last_ones:]]
    shown: list[tuple[Series, Look]] = []
    for index, look in zip(extremes, STYLES, strict=False):
        each = series[index]
        shown.append((replace(each, label=f"{ranks[index]}: {each.label}"), look))
    return shown + [(each, MANY) for index, each in enumerate(series) if index not in extremes]


def _effect(series: Series) -> float:
    """The mean effect of the sweeps with a verdict; 0 if there is none."""
    effects: list[float] = []
    for table in series.tables:
        effects += [sweep.effect.estimate for sweep in table.sweeps if sweep.effect]
    return geometric_mean(effects) if effects else 0.0
