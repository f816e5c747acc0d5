"""Missing figures of a table, from the levels of its members and of its variables.

A figure is taken to be the level of its member plus that of its variable. Then what a member lacks says
nothing about its level: without that, a variable that only slow members have would make others look fast.
"""

import numpy as np
from numpy.typing import NDArray

from guidelines.stats.intervals import Floats

Flags = NDArray[np.bool_]


def filled(logs: Floats) -> Floats:
    """The figures with those that are missing estimated; NaN if nothing links a member and a variable.

    Input: logs[member, repetition, variable], the logarithms of figures, NaN for missing ones. Each
    repetition is a table of its own. The level of a member is that of least squares, the level of a
    variable the median of what its members measured beyond their levels: one odd figure hardly moves it.
    """
    is_there = ~np.isnan(logs)
    if is_there.all():
        return logs
    levels = _levels(logs, is_there)[:, :, None]
    estimates = levels + median(logs - levels)
    return np.where(is_there, logs, np.where(_is_linked(is_there), estimates, np.nan))


def median(values: Floats) -> Floats:
    """The medians along the first axis, which is kept, of those that are not NaN; NaN without any."""
    ordered = np.sort(values, axis=0)  # missing figures come last
    count = (~np.isnan(ordered)).sum(axis=0, keepdims=True)
    lower, upper = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(ordered) - 1)
    medians: Floats = np.take_along_axis(ordered, lower, axis=0) + np.take_along_axis(ordered, upper, axis=0)
    return medians / 2


def _levels(logs: Floats, is_there: Flags) -> Floats:
    """The level of each member in each repetition, by least squares; those of linked members add up to 0.

    The levels of the variables are eliminated from the normal equations, which leaves one for each member.
    """
    weights = np.moveaxis(is_there, 1, 0).astype(float)
    known = np.moveaxis(np.where(is_there, logs, 0.0), 1, 0)
    shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1)
    beyond = weights * (known - (shares * known).sum(axis=1, keepdims=True))
    normal = np.eye(len(logs)) * weights.sum(axis=2)[:, :, None] - shares @ weights.swapaxes(1, 2)
    levels: Floats = np.linalg.pinv(normal, hermitian=True) @ beyond.sum(axis=2)[:, :, None]
    return levels[:, :, 0].T


def _is_linked(is_there: Flags) -> Flags:
    """True if a chain of shared variables leads from a member to one that has the variable."""
    table = np.moveaxis(is_there, 1, 0).astype(float)
    reached = table
    for _ in range(len(is_there)):
        further = ((table @ reached.swapaxes(1, 2) > 0) @ reached > 0).astype(float)
        if (further == reached).all():
            break
        reached = further
    return np.moveaxis(reached > 0, 0, 1)
