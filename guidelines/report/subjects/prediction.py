"""Write how well counts such as multiply-adds predict the time of whole networks."""

from collections.abc import Iterable, Mapping

from guidelines.analysis.prediction import SMALL_MULTIPLY_ADDS, Correlation, Prediction
from guidelines.report.document import Section
from guidelines.spec.condition import Condition

TITLE = "What predicts the time of whole networks"
NOTE = (
    "Spearman's rank correlation with the time of a call: 1 is the same order; [ ]: 95 %, for networks "
    "drawn at random: these come in families, and the counts are judged on the same ones"
)
SMALL_NOTE = f"small: less than {SMALL_MULTIPLY_ADDS // 10**9} G mult-adds an image"
FLOOR_NOTE = (
    "floor: the time that memory access and multiply-adds alone take at the best rates of this device, "
    "operator by operator"
)


def section(predictions: Mapping[Condition, tuple[Prediction, ...]]) -> tuple[Section, ...]:
    """One section with a line for each condition and group of networks; none if no networks were timed.

    The first prediction of a condition is over all networks, the second over the small ones.
    """
    if not predictions:
        return ()
    lines = []
    notes = [NOTE]
    for condition, (of_all, *of_small) in predictions.items():
        lines.append(_line(condition, of_all, "networks"))
        lines += [_line(condition, each, "small networks") for each in of_small]
    if any(map(_has_floor, predictions.values())):
        notes.append(FLOOR_NOTE)
    if any(len(of_condition) > 1 for of_condition in predictions.values()):
        notes.append(SMALL_NOTE)
    return (Section(TITLE, verdicts=tuple(lines), notes=tuple(notes)),)


def _has_floor(predictions: Iterable[Prediction]) -> bool:
    return any(each.above_floor for each in predictions)


def _line(condition: Condition, prediction: Prediction, networks: str) -> str:
    correlations = [_shown(name, correlation) for name, correlation in prediction.counts.items()]
    line = f"{condition.id}, {prediction.networks} {networks}: {'; '.join(correlations)}"
    above = prediction.above_floor
    if above is None:
        return line
    worst = f"at worst {_factor(above.worst)} times ({above.network})"
    return f"{line}; they take {_factor(above.median)} times their floor (median), {worst}"


def _factor(factor: float) -> str:
    """A factor with two figures, or all before the decimal point: "2.4", "250"."""
    return f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"


def _shown(name: str, correlation: Correlation) -> str:
    shown = f"{name} {correlation.estimate:.2f}"
    if correlation.low is None or correlation.high is None:
        return shown
    return f"{shown} [{correlation.low:.2f}, {correlation.high:.2f}]"
