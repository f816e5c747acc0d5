"""Tell figures about launching a network from figures about the device that computes it."""

from collections.abc import Iterable

from guidelines.analysis.measured import Measured, by_sweep
from guidelines.results.model import Circumstances, VariantKey


def launch_bound_run(runs: Iterable[Circumstances]) -> Circumstances | None:
    """The first run in which launching took longer than computing; None if there is none."""
    return next((of_run for of_run in runs if of_run.is_launch_bound), None)


def waits_for_launches(measured: Measured) -> bool:
    """True if the time of a variant is that of its launches in at least one run."""
    return launch_bound_run(measured.circumstances) is not None


def launch_bound_slowdowns(measured: Iterable[Measured]) -> set[VariantKey]:
    """Variants whose slow-down is about launches: they or the baseline of their sweep wait for these."""
    bound: set[VariantKey] = set()
    for sweep in by_sweep(measured).values():
        baseline_waits = any(each.is_baseline and waits_for_launches(each) for each in sweep)
        bound |= {each.place.key for each in sweep if baseline_waits or waits_for_launches(each)}
    return bound
