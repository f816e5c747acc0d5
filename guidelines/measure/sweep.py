"""One sweep measured under a condition: its networks are built, checked and timed in rounds."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from guidelines.measure.device.checks import check
from guidelines.measure.device.devices import gpu_reader
from guidelines.measure.device.modes import Bind, binder
from guidelines.measure.device.placements import Placements, placements
from guidelines.measure.device.process_state import ProcessState
from guidelines.measure.device.second_look import Builder, Sample, Timed, as_timed
from guidelines.measure.device.timing import pinned, prepare
from guidelines.measure.dropped import Explain, explained
from guidelines.measure.monitor.watch import Watch
from guidelines.measure.recording import CONTROL, Limits, NetworkKey, Recording
from guidelines.measure.rounds import Rounds
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant

Check = Callable[[Variant, Condition, int, Bind], Circumstances]
Prepare = Callable[[Variant, Condition, int, Bind], Timed | Sample]


def measure_sweep(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    limits: Limits,
    seed: int,
    *,
    number: int = 1,
    own_processes: int = 1,
    already_checked: Collection[str] = (),
    explain: Explain = explained,
    turn: Callable[[str], object] = lambda variant: None,
    check: Check = check,
    prepare: Prepare = prepare,
) -> Recording:
    """Time the variants with the chosen ids, the baseline and the A/A control under a condition.

    The control is the baseline built a second time. Samples are keyed by the variant's id, those of the
    control by CONTROL. A network that fails is recorded with its reason, and the others go on. A network also
    fails if it changes a setting of the process, which is restored at once, and if it is not what was checked
    any more after the last round. `number` is that of the pass: each has orders of its own. Variants that
    were already checked are not checked again.
    `turn` is told the id of each variant before anything is done with it, and "" afterwards.
    """
    watch = Watch(gpu_reader(condition.device, own_processes))
    with pinned(condition), placements(condition) as placing:
        networks = _Networks(
            sweep=sweep,
            chosen=chosen,
            condition=condition,
            seed=seed,
            check=check,
            prepare=prepare,
            turn=turn,
            unchecked={variant.id for variant in sweep.variants} - set(already_checked),
            state=ProcessState(),
        )
        recording = networks.rounds(limits, number, placing, look=watch.look, explain=explain).run()
    return replace(recording, checked=networks.checked, state=watch.state())


def budget_s(sweep: Sweep, chosen: Sequence[str], limits: Limits) -> float:
    """Seconds of sampling that a sweep may take: `max_time_s` for each variant, none for the control."""
    return limits.max_time_s * len(_timed(sweep, chosen))


def _timed(sweep: Sweep, chosen: Sequence[str]) -> list[Variant]:
    """The chosen variants and the baseline."""
    return [variant for variant in sweep.variants if variant.id in chosen or variant is sweep.baseline]


@dataclass
class _Networks:
    """The networks of a sweep that are timed together: chosen variants, baseline and control."""

    sweep: Sweep
    chosen: Sequence[str]
    condition: Condition
    seed: int
    check: Check
    prepare: Prepare
    turn: Callable[[str], object]
    unchecked: set[str]
    state: ProcessState
    checked: dict[str, Circumstances] = field(init=False, default_factory=dict)

    def rounds(
        self,
        limits: Limits,
        number: int,
        placing: Placements,
        *,
        look: Callable[[], None],
        explain: Explain,
    ) -> Rounds:
        builders = self._builders()
        return Rounds(
            builders={key: placing.inside(builder) for key, builder in builders.items()},
            baseline=self.sweep.baseline.id,
            limits=limits,
            budget_s=budget_s(self.sweep, self.chosen, limits),
            order=f"{self.seed} {number}",
            look=look,
            collect=placing.begin,
            explain=explain,
            turn=lambda key: self.turn("" if key is None else self._variant_of(key)),
        )

    def _variant_of(self, key: NetworkKey) -> str:
        """The id of a network's variant; the control is the baseline."""
        return self.sweep.baseline.id if key is CONTROL else str(key)

    def _builders(self) -> dict[NetworkKey, Builder]:
        """A builder for each network; one network's instances share what is compiled for them."""
        builders: dict[NetworkKey, Builder] = {}
        for variant in _timed(self.sweep, self.chosen):
            builders[variant.id] = partial(self._build, variant, binder(self.condition.mode))
        builders[CONTROL] = builders[self.sweep.baseline.id]
        return builders

    def _build(self, variant: Variant, bind: Bind) -> Timed:
        """Build a variant, for the first time after checking it if it is unchecked."""
        if variant.id in self.unchecked:
            with self.state.kept():
                self.checked[variant.id] = self.check(variant, self.condition, self.seed, bind)
            self.unchecked.remove(variant.id)
        with self.state.kept():
            return self._watched(as_timed(self.prepare(variant, self.condition, self.seed, bind)))

    def _watched(self, network: Timed) -> Timed:
        """A network that fails if it changes settings of the process while it is timed or looked at again."""

        def sample(calls: int) -> float:
            with self.state.kept():
                return network.sample(calls)

        def look_again(seconds_per_call: float) -> tuple[str, ...]:
            with self.state.kept():
                return network.look_again(seconds_per_call)

        return replace(network, sample=sample, look_again=look_again)
