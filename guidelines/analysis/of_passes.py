"""Pool the passes of a run: all sweeps under a condition share one estimate of how far passes lie apart.

A sweep alone knows that from its few passes only, and an interval that has to hold together with many others
would be far too wide.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple, TypeVar

from guidelines.results.model import Entry, SweepKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Quantity, ratio_of
from guidelines.stats.passes import OfPass
from guidelines.stats.pooling import pooled

Key = TypeVar("Key", bound=Hashable)


class _Family(NamedTuple):
    """Quantities that share an estimate of the spread: those under a condition with as many passes."""

    condition: Condition
    passes: int


def slowdowns_over_passes(entries: Iterable[Entry]) -> dict[VariantKey, Quantity]:
    """The slow-downs of the entries with two passes or more, but for baselines."""
    families: dict[_Family, dict[VariantKey, list[Quantity]]] = {}
    for entry in entries:
        if len(entry.passes) > 1 and not entry.is_baseline:
            family = _Family(entry.place.condition.shared, len(entry.passes))
            families.setdefault(family, {})[entry.place.key] = _quantities(entry)
    slowdowns: dict[VariantKey, Quantity] = {}
    for of_family in families.values():
        slowdowns.update(pooled(of_family, independent=len({key.sweep for key in of_family})).quantities)
    return slowdowns


def controls_over_passes(entries: Iterable[Entry]) -> dict[SweepKey, Quantity]:
    """The A/A controls of the sweeps with two passes or more in which it did not fail."""
    families: dict[_Family, dict[SweepKey, list[Quantity]]] = {}
    for entry in entries:
        controls = [each.control.quantity(each.rounds) for each in entry.passes if each.control]
        if len(controls) > 1:
            family = _Family(entry.place.condition.shared, len(controls))
            families.setdefault(family, {}).setdefault(entry.place.sweep_key, controls)
    quantities: dict[SweepKey, Quantity] = {}
    for of_family in families.values():
        quantities.update(pooled(of_family, independent=len(of_family)).quantities)
    return quantities


def _quantities(entry: Entry) -> list[Quantity]:
    """The slow-down of each pass: from its samples if the file holds them, else as saved."""
    of_passes = [each.slowdown for each in entry.passes]
    if entry.samples_s and entry.baseline_samples_s:
        confidence = entry.slowdown.confidence
        pairs = zip(entry.by_pass(entry.samples_s), entry.by_pass(entry.baseline_samples_s), strict=True)
        of_passes = [OfPass.of(ratio_of(own_s, baseline_s)(confidence)) for own_s, baseline_s in pairs]
    return [of_pass.quantity(each.rounds) for of_pass, each in zip(of_passes, entry.passes, strict=True)]
