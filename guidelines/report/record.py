"""Hold unrounded figures as a flat record, a column or key for each."""

from guidelines.stats.intervals import Estimate

Scalar = str | int | float | None
Record = dict[str, Scalar]


def of_estimate(estimate: Estimate | None, name: str) -> Record:
    """An estimate and the ends of its interval; None for figures that are not there."""
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.estimate, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
