"""What was recorded of a sweep becomes an entry for each variant, or a failure with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from guidelines import paper
from guidelines.results import Circumstances, Entry, Failure, Place
from guidelines.spec import Condition, Sweep, Variant
from guidelines.state import DRIFT_CONFIDENCE, disturbances, drift
from guidelines.stats import Estimate, Quantity, median, paired_ratio
from guidelines.sweep import CONTROL, SKIPPED, Recording
from guidelines.values import printable

Results = dict[str, Entry | Failure]


def results(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    recording: Recording,
    confidence: float,
    retried: tuple[str, ...] = (),
) -> Results:
    """Entries and failures of a sweep's chosen variants by id, and of the control where it failed.

    `retried` says why each earlier measurement of the sweep was dropped.
    """
    drifts = _drifts(sweep, recording)
    disturbed = _disturbed(sweep, condition, recording, drifts)
    failures = dict(recording.failures)
    found: Results = {}
    if sweep.baseline.id in failures:
        why = f"its baseline {sweep.baseline.name} failed: {failures[sweep.baseline.id]}"
        if failures[sweep.baseline.id].startswith(SKIPPED):
            why = f"{SKIPPED} with its baseline {sweep.baseline.name}"
        failures = dict.fromkeys(chosen, why) | failures
    elif CONTROL in failures:
        found[CONTROL] = failure_of(sweep, sweep.baseline, CONTROL, condition, failures[CONTROL])
    for variant in sweep.variants:
        if variant.id in chosen and variant.id in failures:
            why = failures[variant.id]
            found[variant.id] = failure_of(sweep, variant, variant.name, condition, why)
        elif variant.id in chosen:
            alone = sweep.baseline.id not in chosen
            ratio = drifts.get(variant.id)
            circumstances = replace(
                recording.checked.get(variant.id, Circumstances()),
                state=recording.state,
                drift=ratio(confidence) if ratio else None,
                disturbed=disturbed,
                retried=retried,
                placed_at=recording.placed_at,
            )
            found[variant.id] = _entry(sweep, variant, condition, recording, confidence, alone, circumstances)
    return found


def _drifts(sweep: Sweep, recording: Recording) -> dict[str, Quantity]:
    """The drift of every slow-down by id, of the baseline's time; none where there are no three rounds."""
    seconds, baseline = recording.seconds_per_call, sweep.baseline
    if baseline.id not in seconds or recording.rounds < 3:
        return {}
    return {
        v.id: drift(seconds[v.id], None if v is baseline else seconds[baseline.id])
        for v in sweep.variants
        if v.id in seconds
    }


def _disturbed(
    sweep: Sweep, condition: Condition, recording: Recording, drifts: Mapping[str, Quantity]
) -> tuple[str, ...]:
    sure = {v.id: (v.name, drifts[v.id](DRIFT_CONFIDENCE)) for v in sweep.variants if v.id in drifts}
    _, time_drift = sure.pop(sweep.baseline.id, ("", None))
    return disturbances(recording.state, condition.threads, sure.values(), time_drift)


def _entry(
    sweep: Sweep,
    variant: Variant,
    condition: Condition,
    recording: Recording,
    confidence: float,
    alone: bool,
    circumstances: Circumstances,
) -> Entry:
    """One variant's entry; `alone` where its baseline has none, so that it carries those samples too."""
    seconds, baseline = recording.seconds_per_call, sweep.baseline
    is_baseline = variant is baseline
    cost, own_s, baseline_s = variant.cost(condition), seconds[variant.id], seconds[baseline.id]
    slowdown = (
        Estimate(1.0, 1.0, 1.0, confidence, recording.rounds)
        if is_baseline
        else paired_ratio(own_s, baseline_s, confidence)
    )
    return Entry(
        place=place(sweep, variant.name, condition),
        channels=variant.channels,
        groups=variant.groups,
        multiply_adds=cost.multiply_adds,
        memory_access=cost.memory_access,
        parameters=cost.parameters or 0,
        work_ratio=cost.multiply_adds / baseline.cost(condition).multiply_adds,
        slowdown=slowdown,
        control=(paired_ratio(seconds[CONTROL], baseline_s, confidence) if CONTROL in seconds else None),
        paper=paper.figure(
            sweep.guideline, condition.platform, sweep.name, variant.name, condition.image_size
        ),
        seed=recording.seed,
        stopped=recording.stopped,
        calls_per_sample=recording.calls_per_sample[variant.id],
        median_s=median(own_s, confidence).estimate,
        samples_s=own_s,
        baseline_samples_s=baseline_s if alone else (),
        control_samples_s=seconds.get(CONTROL, ()) if alone or is_baseline else (),
        circumstances=circumstances,
        conv_memory_access=cost.conv_memory_access,
    )


def failure_of(sweep: Sweep, variant: Variant, name: str, condition: Condition, why: str) -> Failure:
    """A variant, or the control by its name, that could not be measured, and why."""
    cost = variant.cost(condition)
    is_skip = why.startswith(SKIPPED)
    where = place(sweep, name, condition)
    return Failure(where, variant.channels, cost.multiply_adds, cost.memory_access, why, is_skip)


def place(sweep: Sweep, variant: str, condition: Condition) -> Place:
    """Where a variant stands, its texts as a saved file gives them back."""
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
        every=sweep.every,
    )
