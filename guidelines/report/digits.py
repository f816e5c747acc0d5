"""Write numbers with no more digits than their interval allows."""

from collections.abc import Sequence
from math import floor, log10

from guidelines.stats.intervals import Estimate

MOST_DECIMALS = 4
DECIMALS_OF_FACTORS = 2
SMALL_FACTOR, LARGE_FACTOR = 0.1, 10
DIGITS_WITHOUT_INTERVAL = 2


def decimals(estimate: Estimate) -> int:
    """The decimal place of the first uncertain digit: 2 for hundredths, -1 for tens.

    One digit more if the half-width starts with a 1: ±0.14 as ±0.1 would hide a third of it. At least one
    digit of the estimate itself, however wide the interval: 4 ±150 is not 0.
    """
    half_width = estimate.half_width
    if half_width is None:
        return DIGITS_WITHOUT_INTERVAL - 1 + first_digit(estimate.estimate)
    if half_width == 0:
        return MOST_DECIMALS
    return max(_doubtful(half_width), min(MOST_DECIMALS, first_digit(estimate.estimate)))


def _doubtful(half_width: float) -> int:
    """The decimal place to which a half-width is shown."""
    second_digit = 1 if half_width < 2 * 10.0 ** -first_digit(half_width) else 0
    return min(MOST_DECIMALS, second_digit + first_digit(half_width))


def first_digit(value: float) -> int:
    """The decimal place of a value's first digit that is not 0: 2 for hundredths, -1 for tens."""
    return -floor(log10(value))


def rounded(value: float, places: int) -> str:
    """Round a value to a decimal place: (1.934, 2) is "1.93", (113.2, -1) is "110"."""
    return f"{round(value, places):.{max(0, places)}f}"


def number(estimate: Estimate) -> str:
    """The estimate alone: "1.93"; "1" if it is exact."""
    if estimate.half_width == 0:
        return f"{estimate.estimate:.{MOST_DECIMALS}g}"
    return rounded(estimate.estimate, decimals(estimate))


def ratio_decimals(estimate: Estimate) -> int:
    """The decimals of a ratio: two digits at least, however wide its interval: 1.4 as 1 is no effect."""
    return max(decimals(estimate), min(MOST_DECIMALS, 1 + first_digit(estimate.estimate)))


def is_about_1(ratio: Estimate) -> bool:
    """True if a ratio is 1 as it is shown: a slow-down that has no direction."""
    return float(_ratio(ratio)) == 1


def _ratio(ratio: Estimate) -> str:
    return number(ratio) if ratio.half_width == 0 else rounded(ratio.estimate, ratio_decimals(ratio))


def with_half_width(estimate: Estimate) -> str:
    """The estimate with the larger side of its interval: "1.93 ±0.03"; "~1.9" if it has none."""
    if estimate.half_width is None:
        return f"~{number(estimate)}"
    if estimate.half_width == 0:
        return number(estimate)
    return f"{number(estimate)} ±{rounded(estimate.half_width, _doubtful(estimate.half_width))}"


def half_width(estimate: Estimate) -> str:
    """The larger side of the interval alone: "±0.03"; "" if there is none or it is exact."""
    return with_half_width(estimate).partition(" ")[2]


def with_interval(estimate: Estimate) -> str:
    """The estimate with its interval: "1.93 [1.90, 1.96]"; "1" if it is exact."""
    if estimate.half_width == 0:
        return number(estimate)
    return f"{number(estimate)} {brackets(estimate)}"


def times(estimate: Estimate) -> str:
    """A ratio without its interval, in two digits at least: "1.93x"; "~1.9x" if it has none."""
    unknown = "~" if estimate.half_width is None else ""
    return f"{unknown}{_ratio(estimate)}x"


def factor(estimate: Estimate) -> str:
    """A factor of a slow-down: "1.93"; "~1.93" without an interval.

    It has two decimals, more if it is small and fewer if it is large, however wide its interval is: the
    product of the factors has to be the slow-down.
    """
    unknown = "~" if estimate.half_width is None else ""
    return f"{unknown}{rounded(estimate.estimate, _decimals_of_factor(estimate))}"


def factor_with_half_width(estimate: Estimate) -> str:
    """A factor of a slow-down with the larger side of its interval: "1.93 ±0.03"; "~1.93" if it has none."""
    if estimate.half_width is None:
        return factor(estimate)
    places = max(_decimals_of_factor(estimate), min(MOST_DECIMALS, first_digit(estimate.half_width)))
    return f"{rounded(estimate.estimate, places)} ±{rounded(estimate.half_width, places)}"


def _decimals_of_factor(estimate: Estimate) -> int:
    if estimate.estimate >= LARGE_FACTOR:
        return DECIMALS_OF_FACTORS - 1
    if estimate.estimate < SMALL_FACTOR:
        return DECIMALS_OF_FACTORS + first_digit(estimate.estimate)
    return DECIMALS_OF_FACTORS


def brackets(estimate: Estimate) -> str:
    """The interval alone: "[1.90, 1.96]"."""
    if estimate.low is None or estimate.high is None:
        return "[no interval]"
    places = decimals(estimate)
    low, high = (
        rounded(end, max(places, min(MOST_DECIMALS, first_digit(end))))
        for end in (estimate.low, estimate.high)
    )
    return f"[{low}, {high}]"


def millions(count: int) -> str:
    """A count in millions with at least three figures: "0.00389", "4.06", "128", "2065"."""
    if count == 0:
        return "0"
    return rounded(count / 1e6, max(0, 8 - floor(log10(count))))


def channels(widths: tuple[int, ...]) -> str:
    """Numbers of channels: "32, 64"."""
    return ", ".join(map(str, widths))


def shape(sizes: Sequence[int]) -> str:
    """The shape of a tensor: "1x3x224x224"."""
    return "x".join(map(str, sizes))


def level(confidence: float) -> str:
    """A confidence as a percentage: "95 %"."""
    return f"{100 * confidence:.4g} %"


def percent(fraction: float | None) -> str:
    """A fraction as a percentage with two figures: "0.4 %", "150 %"."""
    if fraction is None:
        return "unknown"
    rounded_percent = float(f"{100 * fraction:.2g}")
    return f"{rounded_percent:.0f} %" if rounded_percent >= 100 else f"{rounded_percent:.2g} %"
