"""Select results of a machine by guideline."""

from collections.abc import Collection
from dataclasses import replace

from guidelines.analysis.measured import MachineResults


def guidelines_of(results: MachineResults) -> tuple[str, ...]:
    """The guidelines that a machine measured or failed to measure, in their order."""
    places = [*(m.place for m in results.measured), *(f.place for f in results.failures)]
    return tuple(dict.fromkeys(place.guideline for place in places))


def of_guidelines(results: MachineResults, guidelines: Collection[str]) -> MachineResults:
    """The results of a machine for some guidelines."""
    return replace(
        results,
        measured=tuple(m for m in results.measured if m.place.guideline in guidelines),
        failures=tuple(f for f in results.failures if f.place.guideline in guidelines),
    )
