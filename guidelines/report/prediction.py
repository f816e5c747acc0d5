"""Rank correlations of counts and time, as a closing section: multiply-adds are not speed."""

from collections.abc import Mapping

from guidelines.prediction import SMALL_MULTIPLY_ADDS, Correlation, Prediction
from guidelines.report.document import Section
from guidelines.spec import Condition

TITLE = "What predicts the time of whole networks"


def section(found: Mapping[Condition, tuple[Prediction, ...]]) -> tuple[Section, ...]:
    """One section, a line for each condition and group of networks; none where no networks were timed."""
    if not found:
        return ()
    lines = [
        _line(condition, each, k > 0) for condition, every in found.items() for k, each in enumerate(every)
    ]
    notes = (
        "Spearman's rank correlation with the time of a call: 1 is the same order; [ ]: 95 %, for networks "
        "drawn at random: these come in families, and the counts are judged on the same ones",
        *(
            [f"small: less than {SMALL_MULTIPLY_ADDS // 10**9} G mult-adds an image"]
            if any(len(every) > 1 for every in found.values())
            else []
        ),
    )
    return (Section(TITLE, verdicts=tuple(lines), notes=notes),)


def _line(condition: Condition, prediction: Prediction, is_small: bool) -> str:
    shown = "; ".join(
        f"{name} {found.estimate:.2f}{_interval(found)}" for name, found in prediction.counts.items()
    )
    size = "small " if is_small else ""
    return f"{condition.id}, {prediction.networks} {size}networks: {shown}"


def _interval(found: Correlation) -> str:
    return "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
