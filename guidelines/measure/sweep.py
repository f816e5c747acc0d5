"""One sweep measured under a condition: which networks are built, checked and timed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from guidelines.measure.device.checks import check
from guidelines.measure.device.devices import gpu_reader
from guidelines.measure.device.modes import Bind, binder
from guidelines.measure.device.timing import Sample, pinned, prepare
from guidelines.measure.monitor.watch import Watch
from guidelines.measure.recording import CONTROL, Limits, NetworkKey, Recording
from guidelines.measure.rounds import Explain, Rounds, explained
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant

Check = Callable[[Variant, Condition, int, Bind], Circumstances]
Prepare = Callable[[Variant, Condition, int, Bind], Sample]


def measure_sweep(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    limits: Limits,
    seed: int,
    *,
    explain: Explain = explained,
    check: Check = check,
    prepare: Prepare = prepare,
) -> Recording:
    """Time the variants with the chosen ids, the baseline and the A/A control under a condition.

    The control is the baseline built a second time. Networks are keyed by id, the control by CONTROL.
    A network that fails is recorded with its reason, and the others go on.
    """
    networks: dict[NetworkKey, Variant] = {variant.id: variant for variant in _timed(sweep, chosen)}
    networks[CONTROL] = sweep.baseline
    binders = {variant.id: binder(condition.mode) for variant in networks.values()}
    checked: dict[str, Circumstances] = {}

    def build(variant: Variant) -> Sample:
        bind = binders[variant.id]
        if variant.id not in checked:
            checked[variant.id] = check(variant, condition, seed, bind)
        return prepare(variant, condition, seed, bind)

    watch = Watch(gpu_reader(condition.device))
    rounds = Rounds(
        builders={key: partial(build, variant) for key, variant in networks.items()},
        baseline=sweep.baseline.id,
        limits=limits,
        budget_s=budget_s(sweep, chosen, limits),
        seed=seed,
        look=watch.look,
        explain=explain,
    )
    with pinned(condition):
        recording = rounds.run()
    return replace(recording, checked=checked, state=watch.state())


def budget_s(sweep: Sweep, chosen: Sequence[str], limits: Limits) -> float:
    """Seconds that a sweep may sample: those of a variant times the variants timed, control apart."""
    return limits.max_time_s * len(_timed(sweep, chosen))


def _timed(sweep: Sweep, chosen: Sequence[str]) -> list[Variant]:
    return [v for v in sweep.variants if v.id in chosen or v is sweep.baseline]
