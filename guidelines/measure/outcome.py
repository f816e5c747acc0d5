"""Outcome of a sweep's measurement: an entry for each variant, or a failure with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from guidelines.measure.dropped import Dropped
from guidelines.measure.recording import CONTROL, NetworkKey, Recording
from guidelines.paper import tables as paper
from guidelines.results.checked import printable
from guidelines.results.disturbance import DRIFT_CONFIDENCE, disturbances, drift
from guidelines.results.model import CONTROL_NAME, Circumstances, Entry, Failure, Identity, Pass, Place
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import work_ratio
from guidelines.stats.intervals import Estimate, Quantity, median, paired_ratio
from guidelines.stats.passes import OfPass

# Entries and failures of a sweep's variants by id, and the control if it failed.
Outcome = dict[NetworkKey, Entry | Failure]


def outcome(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    recording: Recording,
    *,
    confidence: float,
    seed: int = 0,
    number: int = 1,
    retried: tuple[str, ...] = (),
) -> Outcome:
    """Entries and failures of a sweep's chosen variants by id in one pass, and of the control if it failed.

    `number` is that of the pass. `retried` are the reasons why each earlier measurement of it was dropped.
    """
    measurement = _Measurement(
        sweep=sweep,
        chosen=chosen,
        condition=condition,
        recording=recording,
        confidence=confidence,
        seed=seed,
        number=number,
        retried=retried,
    )
    return measurement.outcome()


def failure_of(
    sweep: Sweep, variant: Variant, condition: Condition, dropped: Dropped, *, is_control: bool = False
) -> Failure:
    """Failure of a variant, or of the control, which was built like the baseline."""
    name = CONTROL_NAME if is_control else variant.name
    return Failure(
        place=place(sweep, name, condition),
        widths=variant.widths,
        work=variant.cost(condition),
        reason=dropped.reason,
        is_skip=dropped.is_skip,
        is_control=is_control,
    )


def place(sweep: Sweep, variant: str, condition: Condition) -> Place:
    """Place of a variant in the tables; its texts are printable, as they are when read from a file."""
    names = [known.name for known in sweep.variants]
    return Place(
        guideline=printable(sweep.guideline),
        claim=printable(sweep.claim),
        sweep=printable(sweep.name),
        variant=printable(variant),
        row=names.index(variant) if variant in names else len(names),
        baseline=printable(sweep.baseline.name),
        extreme=printable(sweep.extreme.name),
        expect=sweep.expect,
        condition=condition,
        per_multiply_add=sweep.per_multiply_add,
        claims_every_row=sweep.claims_every_row,
    )


@dataclass(frozen=True)
class _Measurement:
    """Everything that is known of a measured sweep; its methods make the results."""

    sweep: Sweep
    chosen: Sequence[str]
    condition: Condition
    recording: Recording
    confidence: float
    seed: int
    number: int
    retried: tuple[str, ...]

    def outcome(self) -> Outcome:
        baseline, dropped = self.sweep.baseline, self._dropped()
        outcome: Outcome = {}
        if CONTROL in dropped and baseline.id not in dropped:
            outcome[CONTROL] = failure_of(
                self.sweep, baseline, self.condition, dropped[CONTROL], is_control=True
            )
        for variant in self.sweep.variants:
            if variant.id not in self.chosen:
                continue
            if variant.id in dropped:
                outcome[variant.id] = failure_of(self.sweep, variant, self.condition, dropped[variant.id])
            else:
                outcome[variant.id] = self._entry(variant)
        return outcome

    def _dropped(self) -> Mapping[NetworkKey, Dropped]:
        """The networks without a result; if the baseline is one, so are all chosen variants."""
        baseline, dropped = self.sweep.baseline, self.recording.dropped
        if baseline.id not in dropped:
            return dropped
        if dropped[baseline.id].is_skip:
            with_baseline = Dropped(f"skipped with its baseline {baseline.name}", is_skip=True)
        else:
            reason = dropped[baseline.id].reason
            with_baseline = Dropped(f"its baseline {baseline.name} failed: {reason}")
        return {**dict.fromkeys(self.chosen, with_baseline), **dropped}

    def _entry(self, variant: Variant) -> Entry:
        recording, baseline = self.recording, self.sweep.baseline
        seconds = recording.seconds_per_call
        # Samples of baseline and control are kept once: in the baseline's entry if it has one.
        has_no_baseline = baseline.id not in self.chosen
        keeps_control = has_no_baseline or variant is baseline
        only = self._pass(variant)
        return Entry(
            identity=self._identity(variant),
            slowdown=self._slowdown(variant),
            control=self._ratio(CONTROL) if CONTROL in seconds else None,
            paper=self._published(variant),
            seed=self.seed,
            stopped=recording.stopped,
            median_s=only.seconds_per_call,
            passes=(only,),
            samples_s=seconds[variant.id],
            baseline_samples_s=seconds[baseline.id] if has_no_baseline else (),
            control_samples_s=seconds.get(CONTROL, ()) if keeps_control else (),
        )

    def _pass(self, variant: Variant) -> Pass:
        recording = self.recording
        has_control = CONTROL in recording.seconds_per_call
        return Pass(
            number=self.number,
            rounds=recording.rounds,
            calls_per_sample=recording.calls_per_sample[variant.id],
            slowdown=OfPass.of(self._slowdown(variant)),
            control=OfPass.of(self._ratio(CONTROL)) if has_control else None,
            seconds_per_call=median(recording.seconds_per_call[variant.id], self.confidence).estimate,
            circumstances=self._circumstances(variant),
        )

    def _identity(self, variant: Variant) -> Identity:
        work, baseline_work = variant.cost(self.condition), self.sweep.baseline.cost(self.condition)
        return Identity(
            place=place(self.sweep, variant.name, self.condition),
            widths=variant.widths,
            groups=variant.groups,
            work=work,
            work_ratio=work_ratio(work, baseline_work),
        )

    def _published(self, variant: Variant) -> paper.Figure | None:
        return paper.figure(
            self.sweep.guideline,
            self.condition.device.paper_platform,
            self.sweep.name,
            variant.name,
            image_size=self.condition.image_size,
        )

    def _slowdown(self, variant: Variant) -> Estimate:
        if variant is self.sweep.baseline:
            return Estimate(1.0, low=1.0, high=1.0, confidence=self.confidence, rounds=self.recording.rounds)
        return self._ratio(variant.id)

    def _ratio(self, key: NetworkKey) -> Estimate:
        """The time of a network over that of the baseline."""
        seconds = self.recording.seconds_per_call
        return paired_ratio(seconds[key], seconds[self.sweep.baseline.id], self.confidence)

    def _circumstances(self, variant: Variant) -> Circumstances:
        drift = self._drifts.get(variant.id)
        checked = self.recording.checked.get(variant.id, Circumstances())
        return replace(
            self._sweep_circumstances,
            drift=drift(self.confidence) if drift else None,
            setup_s=checked.setup_s,
            peak_memory_bytes=checked.peak_memory_bytes,
            launch_s=checked.launch_s,
            device_s=checked.device_s,
            operators=checked.operators,
            shares=self.recording.shares.get(variant.id, {}),
        )

    @cached_property
    def _sweep_circumstances(self) -> Circumstances:
        """The circumstances that all variants of the sweep share."""
        return Circumstances(
            state=self.recording.state,
            disturbed=self._disturbed(),
            retried=self.retried,
            noted=tuple(self._noted()),
            placed_at=self.recording.placed_at,
        )

    def _noted(self) -> Iterator[str]:
        """Notes on what was noticed about each network that was measured, with its name."""
        recording = self.recording
        for variant in self.sweep.variants:
            if variant.id not in recording.seconds_per_call:
                continue
            before = recording.checked.get(variant.id, Circumstances()).noted
            for note in (*before, *recording.noted.get(variant.id, ())):
                yield printable(f"{variant.name}: {note}")

    def _disturbed(self) -> tuple[str, ...]:
        """Reasons to distrust the sweep."""
        drifts = {id: drift(DRIFT_CONFIDENCE) for id, drift in self._drifts.items()}
        time_drift = drifts.pop(self.sweep.baseline.id, None)
        named = [
            (variant.name, drifts[variant.id]) for variant in self.sweep.variants if variant.id in drifts
        ]
        return disturbances(self.recording.state, self.condition.threads, named, time_drift)

    @cached_property
    def _drifts(self) -> dict[str, Quantity]:
        """Drift of each slow-down, and of the baseline's time, by the variant's id.

        Empty if there are fewer than three rounds.
        """
        seconds, baseline = self.recording.seconds_per_call, self.sweep.baseline
        if baseline.id not in seconds or self.recording.rounds < 3:
            return {}
        drifts = {baseline.id: drift(seconds[baseline.id], None)}
        for variant in self.sweep.variants[1:]:
            if variant.id in seconds:
                drifts[variant.id] = drift(seconds[variant.id], seconds[baseline.id])
        return drifts
