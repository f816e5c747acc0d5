"""Pool the passes of a run: all sweeps under a condition share one estimate of how far passes lie apart.

A sweep alone knows that from its few passes only, and an interval that has to hold together with many others
would be far too wide.
"""

from collections.abc import Collection, Iterable

from guidelines.results.model import Entry, SweepKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Quantity, ratio_of
from guidelines.stats.passes import OfPass
from guidelines.stats.pooling import pooled_by_size


def slowdowns_over_passes(entries: Iterable[Entry]) -> dict[VariantKey, Quantity]:
    """The slow-downs of the entries with two passes or more, but for baselines."""
    by_condition: dict[Condition, dict[VariantKey, list[Quantity]]] = {}
    for entry in entries:
        if len(entry.passes) > 1 and not entry.is_baseline:
            key = entry.place.key
            by_condition.setdefault(key.sweep.condition, {})[key] = _quantities(entry)
    slowdowns: dict[VariantKey, Quantity] = {}
    for under_one in by_condition.values():
        slowdowns.update(pooled_by_size(under_one, _sweeps))
    return slowdowns


def controls_over_passes(entries: Iterable[Entry]) -> dict[SweepKey, Quantity]:
    """The A/A controls of the sweeps with two passes or more in which it did not fail."""
    by_condition: dict[Condition, dict[SweepKey, list[Quantity]]] = {}
    for entry in entries:
        controls = [each.control.quantity(each.rounds) for each in entry.passes if each.control]
        if len(controls) > 1:
            key = entry.place.sweep_key
            by_condition.setdefault(key.condition, {}).setdefault(key, controls)
    quantities: dict[SweepKey, Quantity] = {}
    for under_one in by_condition.values():
        quantities.update(pooled_by_size(under_one))
    return quantities


def _sweeps(variants: Collection[VariantKey]) -> int:
    """Number of sweeps of some variants; those of one sweep share a baseline."""
    return len({key.sweep for key in variants})


def _quantities(entry: Entry) -> list[Quantity]:
    """The slow-down of each pass: as saved, or from its samples if no deviation was saved.

    Whatever is saved agrees with the samples, or its file is refused.
    """
    of_passes = [each.slowdown for each in entry.passes]
    is_known = all(each.log_deviation is not None for each in of_passes)
    if not is_known and entry.samples_s and entry.baseline_samples_s:
        confidence = entry.slowdown.confidence
        pairs = zip(entry.by_pass(entry.samples_s), entry.by_pass(entry.baseline_samples_s), strict=True)
        of_passes = [OfPass.of(ratio_of(own_s, baseline_s)(confidence)) for own_s, baseline_s in pairs]
    return [of_pass.quantity(each.rounds) for of_pass, each in zip(of_passes, entry.passes, strict=True)]
