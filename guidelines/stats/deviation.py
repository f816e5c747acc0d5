"""Find the standard deviation behind the intervals of a quantity, however few passes gave them.

Intervals of few passes are wide because their deviation is known poorly, too. The interval of two passes, if
taken as normal, would make that deviation 6.5 times too large.
"""

from bisect import bisect_left
from functools import cache
from math import log

from guidelines.stats.intervals import Estimate
from guidelines.stats.pooling import LARGEST_DEGREES, students_t

# Relative error of the ratio of two widths.
ROUNDING = 1e-9


def deviation_of(wide: Estimate, narrow: Estimate) -> float | None:
    """Standard deviation of the logarithm from two intervals of a quantity, None without them.

    Their ratio of widths tells the degrees of freedom of Student's t; `wide` has the larger confidence.
    """
    if wide.low is None or wide.high is None or narrow.low is None or narrow.high is None:
        return None
    wide_side, narrow_side = log(wide.high / wide.low) / 2, log(narrow.high / narrow.low) / 2
    if narrow_side == 0:
        return wide.log_deviation
    least = -wide_side / narrow_side * (1 + ROUNDING)
    degrees = 1 + bisect_left(
        range(1, LARGEST_DEGREES + 1),
        least,
        key=lambda number: -_widening(wide.confidence, narrow.confidence, number),
    )
    return wide_side / students_t(wide.confidence, degrees)


@cache
def _widening(wide: float, narrow: float, degrees: int) -> float:
    """Ratio of the widths of Student's t at two confidences; it falls with the degrees."""
    return students_t(wide, degrees) / students_t(narrow, degrees)
