"""Outcome of a sweep's measurement: an entry for each variant, or a failure with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from guidelines.measure.recording import CONTROL, Dropped, NetworkKey, Recording
from guidelines.paper import tables as paper
from guidelines.results.checked import printable
from guidelines.results.disturbance import DRIFT_CONFIDENCE, disturbances, drift
from guidelines.results.model import CONTROL_NAME, Circumstances, Entry, Failure, Identity, Place
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant
from guidelines.stats.intervals import Estimate, Quantity, median, paired_ratio

# Entries and failures of a sweep's variants by id, and the control if it failed.
Outcome = dict[NetworkKey, Entry | Failure]


def outcome(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    recording: Recording,
    confidence: float,
    *,
    retried: tuple[str, ...] = (),
) -> Outcome:
    """Entries and failures of a sweep's chosen variants by id, and of the control if it failed.

    `retried` says why each earlier measurement of the sweep was dropped.
    """
    return _Measurement(sweep, tuple(chosen), condition, recording, confidence).outcome(retried)


def failure_of(
    sweep: Sweep, variant: Variant, condition: Condition, dropped: Dropped, *, is_control: bool = False
) -> Failure:
    """A variant, or the control that was built like it, which could not be measured, and why."""
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
    """Place of a variant in the tables, its texts as a saved file gives them back."""
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
    """A sweep, the chosen ids of its variants, and what was recorded of them under a condition."""

    sweep: Sweep
    chosen: tuple[str, ...]
    condition: Condition
    recording: Recording
    confidence: float

    def outcome(self, retried: tuple[str, ...]) -> Outcome:
        dropped = self._dropped()
        circumstances = Circumstances(
            state=self.recording.state,
            disturbed=self._disturbed(),
            retried=retried,
            placed_at=self.recording.placed_at,
        )
        outcome: Outcome = {}
        baseline = self.sweep.baseline
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
                outcome[variant.id] = self._entry(variant, circumstances)
        return outcome

    def _dropped(self) -> Mapping[NetworkKey, Dropped]:
        """The networks without figures: without its baseline, no variant has any."""
        dropped, baseline = self.recording.dropped, self.sweep.baseline
        if baseline.id not in dropped:
            return dropped
        why = dropped[baseline.id]
        reason = f"its baseline {baseline.name} failed: {why.reason}"
        if why.is_skip:
            reason = f"skipped with its baseline {baseline.name}"
        with_baseline: dict[NetworkKey, Dropped] = dict.fromkeys(self.chosen, Dropped(reason, why.is_skip))
        return {**with_baseline, **dropped}

    @cached_property
    def _drifts(self) -> dict[str, Quantity]:
        """The drift of every slow-down by id, of the baseline's time; none for fewer than three rounds."""
        seconds, baseline = self.recording.seconds_per_call, self.sweep.baseline
        if baseline.id not in seconds or self.recording.rounds < 3:
            return {}
        drifts = {}
        for variant in self.sweep.variants:
            if variant.id in seconds:
                beside = None if variant is baseline else seconds[baseline.id]
                drifts[variant.id] = drift(seconds[variant.id], beside)
        return drifts

    def _disturbed(self) -> tuple[str, ...]:
        sure = {id: quantity(DRIFT_CONFIDENCE) for id, quantity in self._drifts.items()}
        time_drift = sure.pop(self.sweep.baseline.id, None)
        named = [(v.name, sure[v.id]) for v in self.sweep.variants if v.id in sure]
        return disturbances(self.recording.state, self.condition.threads, named, time_drift)

    def _entry(self, variant: Variant, of_sweep: Circumstances) -> Entry:
        recording, baseline = self.recording, self.sweep.baseline
        seconds = recording.seconds_per_call
        is_alone = baseline.id not in self.chosen  # then it carries its baseline's samples, too
        carries_control = is_alone or variant is baseline
        return Entry(
            identity=self._identity(variant),
            slowdown=self._slowdown(variant),
            control=self._ratio(CONTROL) if CONTROL in seconds else None,
            paper=self._published(variant),
            seed=recording.seed,
            stopped=recording.stopped,
            calls_per_sample=recording.calls_per_sample[variant.id],
            median_s=median(seconds[variant.id], self.confidence).estimate,
            samples_s=seconds[variant.id],
            baseline_samples_s=seconds[baseline.id] if is_alone else (),
            control_samples_s=seconds.get(CONTROL, ()) if carries_control else (),
            circumstances=self._circumstances(variant, of_sweep),
        )

    def _identity(self, variant: Variant) -> Identity:
        work = variant.cost(self.condition)
        return Identity(
            place=place(self.sweep, variant.name, self.condition),
            widths=variant.widths,
            groups=variant.groups,
            work=work,
            work_ratio=work.multiply_adds / self.sweep.baseline.cost(self.condition).multiply_adds,
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

    def _circumstances(self, variant: Variant, of_sweep: Circumstances) -> Circumstances:
        quantity = self._drifts.get(variant.id)
        checked = self.recording.checked.get(variant.id, Circumstances())
        return replace(
            checked,
            state=of_sweep.state,
            drift=quantity(self.confidence) if quantity else None,
            disturbed=of_sweep.disturbed,
            retried=of_sweep.retried,
            placed_at=of_sweep.placed_at,
        )
