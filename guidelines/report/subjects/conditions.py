"""Label the conditions of one machine by what differs between them."""

from collections.abc import Iterable, Mapping, Sequence

from guidelines.analysis.measured import distinct
from guidelines.report.labels import phrase
from guidelines.spec.condition import Condition


def condition_labels(conditions: Sequence[Condition]) -> dict[Condition, str]:
    """A label for each condition, of what differs between them; "" if there is only one."""
    known = {condition: condition.texts for condition in conditions}
    varying = [name for name in distinct(known.values()) if _varies(name, known.values())]
    labels = {}
    for condition, texts in known.items():
        labels[condition] = ", ".join(phrase(name, texts[name]) for name in varying if texts[name])
    return labels


def _varies(name: str, conditions: Iterable[Mapping[str, str]]) -> bool:
    """True if a text is not the same for all conditions for which it has a meaning."""
    return len({texts[name] for texts in conditions} - {""}) > 1
