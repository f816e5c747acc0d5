"""Judge a network by its time, or by its time per multiply-add if its work is not its baseline's."""

from guidelines.analysis.measured import Measured
from guidelines.stats.intervals import Quantity

# Networks whose multiply-adds differ by no more than this share do equal work.
LEAST_WORK_DIFFERENCE = 0.005


def is_unequal(work_ratio: float) -> bool:
    """True if the work of a network counts as other than its baseline's."""
    return abs(work_ratio - 1) > LEAST_WORK_DIFFERENCE


def is_per_multiply_add(measured: Measured) -> bool:
    """True if a verdict takes the time per multiply-add: the sweep is declared so, or the work differs."""
    return measured.place.per_multiply_add or is_unequal(measured.identity.work_ratio)


def fair_slowdown(measured: Measured) -> Quantity:
    """The slow-down that a verdict takes: of the time, or of the time per multiply-add."""
    return slowdown_of(measured, is_per_multiply_add(measured))


def slowdown_of(measured: Measured, per_multiply_add: bool) -> Quantity:
    """The slow-down of the time, or of the time per multiply-add."""
    if not per_multiply_add:
        return measured.slowdown
    return lambda confidence: measured.slowdown(confidence).scaled(1 / measured.identity.work_ratio)
