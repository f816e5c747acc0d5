"""The other members of a group, for each of its members, in each repetition and of each variable."""

import numpy as np
from numpy.typing import NDArray

from guidelines.stats.additive import Flags
from guidelines.stats.intervals import Floats

# A single other member may be the odd one.
FEWEST_OTHERS = 2


def others_of(reference: Floats, is_reference: Flags) -> NDArray[np.int_]:
    """The number of other members of the reference with a figure: [member, repetition, variable]."""
    numbers: NDArray[np.int_] = (~np.isnan(reference)).sum(axis=0) - is_reference[:, None, None]
    return numbers


def medians_of_others(logs: Floats, reference: Floats, is_reference: Flags) -> Floats:
    """The median of the reference, filled, without the member itself; NaN if too few others have a figure.

    Two others must have one, and two must have measured it, those that differ included; one is enough if
    the reference has no more than two members left.
    """
    ordered = np.sort(reference, axis=0)  # missing figures come last
    ranks = np.full(logs.shape, len(ordered))
    ranks[is_reference] = reference.argsort(axis=0).argsort(axis=0)
    others = others_of(reference, is_reference)
    lower, upper = (_without(ordered, ranks, place) for place in ((others - 1) // 2, others // 2))
    fewest = min(len(ordered) - 1, FEWEST_OTHERS)
    have_measured = others_of(logs, np.ones(len(logs), dtype=np.bool_))
    is_enough = (others >= fewest) & (have_measured >= fewest)
    return np.where(is_enough, (lower + upper) / 2, np.nan)


def _without(ordered: Floats, ranks: NDArray[np.int_], position: NDArray[np.int_]) -> Floats:
    """The figure at a position among the ordered ones, without that of the rank."""
    places = np.clip(position + (position >= ranks), 0, len(ordered) - 1)
    figures: Floats = np.take_along_axis(ordered, places, axis=0)
    return figures
