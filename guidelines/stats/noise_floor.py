"""The noise floor of a sweep, from its A/A control: the baseline measured against itself."""

from guidelines.stats.intervals import Estimate

# Behind a larger noise floor any effect that matters could hide: nothing is decided.
MOST_NOISE_FLOOR = 0.25
# Nobody would call an effect of this size none: what hides below a larger noise floor is not denied.
MOST_DENIED = 0.05
# Student's t of so few passes is 12.7 half-widths wide at 95 %: a large noise floor is then no finding.
FEW_PASSES = 2
CANNOT_TELL = f"{FEW_PASSES} passes cannot tell"


def noise_floor(control: Estimate | None) -> float | None:
    """Largest distance from 1 in the interval of the A/A control, None if it has no interval."""
    if control is None or control.low is None or control.high is None:
        return None
    return max(abs(1 - control.low), abs(control.high - 1))


def cannot_tell(floor: float | None, passes: int, runs: int) -> bool:
    """True for a noise floor that is large because each run has so few passes, whatever the noise."""
    return floor is not None and floor > MOST_NOISE_FLOOR and runs < passes <= FEW_PASSES * runs


def too_noisy(floor: float | None) -> str:
    """Reason why nothing can be decided above a noise floor, "" if it is low enough."""
    if floor is None:
        return "no noise floor is known"
    if floor > MOST_NOISE_FLOOR:
        return f"the noise floor is above {100 * MOST_NOISE_FLOOR:.2g} %: it decides nothing"
    return ""
