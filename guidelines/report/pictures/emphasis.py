"""Choose the series of a page that stand out among many, and give each one look in all its pictures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from statistics import fmean

from guidelines.report.pictures.legend import MANY, STYLES, Look
from guidelines.report.pictures.series import Series


def emphasised(series: Sequence[Series]) -> list[tuple[Series, Look]]:
    """The series of a page with their looks: few in colours; of many some, numbered by effect, others grey.

    Coloured are those in a picture of few series, then those of the largest and smallest effects, as far as
    there are colours. Two series have the same colour only if no picture shows both.
    """
    if len(series) <= len(STYLES):
        return list(zip(series, STYLES, strict=False))
    effects = _effects(series)
    ranked = sorted(effects, key=lambda index: -effects[index])
    looks = _looks(series, ranked)
    ranks = {index: rank for rank, index in enumerate(ranked, 1)}
    shown: list[tuple[Series, Look]] = []
    for index in (*ranked, *(index for index in looks if index not in ranks)):
        each = series[index]
        label = f"{ranks[index]}: {each.label}" if index in ranks else each.label
        if index in looks:
            shown.append((replace(each, label=label), looks[index]))
    return shown + [(each, MANY) for index, each in enumerate(series) if index not in looks]


def _looks(series: Sequence[Series], ranked: Sequence[int]) -> dict[int, Look]:
    """The colours of series by their index, none for those that there is no colour for."""
    guidelines = list(map(_guidelines, series))
    sizes: Counter[str] = Counter()
    for of_series in guidelines:
        sizes.update(of_series)
    small = {name for name, size in sizes.items() if size <= len(STYLES)}
    of_few = [index for index, of_series in enumerate(guidelines) if of_series & small]
    looks: dict[int, Look] = {}
    for index in dict.fromkeys([*of_few, *_from_both_ends(ranked)]):
        beside = {looks[other] for other in looks if guidelines[other] & guidelines[index]}
        free = [style for style in STYLES if style not in beside]
        unused = [style for style in free if style not in looks.values()]
        if free:
            looks[index] = (unused or free)[0]
    return looks


def _guidelines(series: Series) -> set[str]:
    """The guidelines whose tables a series has."""
    return {table.guideline for table in series.tables}


def _from_both_ends(ranked: Sequence[int]) -> list[int]:
    """The first, the last, the second, the last but one, and so on."""
    halves = zip(ranked, reversed(ranked), strict=True)
    alternating: dict[int, None] = {}
    for first, last in halves:
        alternating |= {first: None, last: None}
    return list(alternating)


def _effects(series: Sequence[Series]) -> Mapping[int, float]:
    """The mean effect of each series with a verdict, by its index: the logarithm over that of all series.

    Each sweep is held against the same sweep of the others, as not all series have the same sweeps.
    """
    by_sweep: dict[tuple[str, str], dict[int, float]] = {}
    for index, each in enumerate(series):
        for table in each.tables:
            for sweep in table.sweeps:
                if sweep.effect:
                    of_sweep = by_sweep.setdefault((table.guideline, sweep.name), {})
                    of_sweep[index] = log(sweep.effect.estimate)
    relative: dict[int, list[float]] = {}
    for of_sweep in by_sweep.values():
        mean = fmean(of_sweep.values())
        for index, effect in of_sweep.items():
            relative.setdefault(index, []).append(effect - mean)
    return {index: fmean(effects) for index, effects in relative.items()}
