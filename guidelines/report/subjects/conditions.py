"""Label the conditions of one machine by what differs between them."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from guidelines.report.labels import phrase
from guidelines.spec.condition import Condition

# What may differ between the conditions of one machine.
ATTRIBUTES = [field.name for field in fields(Condition) if field.name != "device_name"]


def condition_labels(conditions: Sequence[Condition]) -> dict[Condition, str]:
    """A label for each condition, of what differs between them; "" if there is only one."""
    known = {condition: asdict(condition) for condition in conditions}
    varying = [name for name in ATTRIBUTES if len({each[name] for each in known.values()}) > 1]
    labels = {}
    for condition, attributes in known.items():
        labels[condition] = ", ".join(phrase(name, str(attributes[name])) for name in varying)
    return labels
