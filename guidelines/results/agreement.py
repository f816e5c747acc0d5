"""Check that what a saved file holds twice agrees, so that no edited or damaged file is believed in part.

Files hold summaries beside their samples because pytest-benchmark can save without these. Figures of passes
must be those of the samples, figures of an entry those of its passes, and the entries of a sweep must tell
the same of their claim, their work and their control.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from math import exp, isclose, log
from typing import NamedTuple

import numpy as np

from guidelines.results.model import Entry, Pass, Place, Run, SweepKey
from guidelines.results.schema import ResultsError
from guidelines.spec.work import work_ratio
from guidelines.stats.intervals import Estimate, Floats, MedianOf
from guidelines.stats.passes import OfPass
from guidelines.stats.pooling import hodges_lehmann

# Figures that were rounded to seven digits still agree: a ratio of two is off by 1.5e-6 at most.
TOLERANCE = 2e-6
GIVES, HAVE = "its samples give", "its passes have"
# Facts that the entries and failures of a sweep tell alike.
CLAIMS = ("claim", "baseline", "extreme", "expect", "per_multiply_add", "claims_every_row")


class Twice(NamedTuple):
    """A figure as the file tells it, and as it follows from others; None for one that is not there."""

    name: str
    told: float | None
    follows: float | None
    source: str
    may_differ_by: float = TOLERANCE**2

    @property
    def agrees(self) -> bool:
        """True if both figures are equal but for rounding, or both are missing."""
        if self.told is None or self.follows is None:
            return self.told is self.follows
        return isclose(self.told, self.follows, rel_tol=TOLERANCE, abs_tol=self.may_differ_by)

    def __str__(self) -> str:
        """Both figures: "passes[0].seconds_per_call is 0.03, but its samples give 0.01"."""
        return f"{self.name} is {_shown(self.told)}, but {self.source} {_shown(self.follows)}"


def check_agreement(run: Run, before_3: Collection[Place] = ()) -> None:
    """Raise ResultsError, naming an entry and both figures, for the first figure that contradicts another.

    Figures of entries from before schema 3 are computed from their samples, if these are there.
    """
    places = [entry.place for entry in run.entries]
    _check_claims([*places, *(failure.place for failure in run.failures)])
    # The failure of a control has a row of its own in old files.
    _check_rows([*places, *(failure.place for failure in run.failures if not failure.is_control)])
    sweeps: dict[SweepKey, list[Entry]] = {}
    for entry in run.entries:
        if entry.place not in before_3 or not entry.samples_s:
            _check(entry, _of_samples(entry))
            _check(entry, _of_passes(entry))
        sweeps.setdefault(entry.place.sweep_key, []).append(entry)
    for sweep in sweeps.values():
        baseline = next((entry for entry in sweep if entry.is_baseline), sweep[0])
        for entry in sweep:
            _check(entry, _of_sweep(entry, baseline))


def _check(entry: Entry, figures: Iterable[Twice]) -> None:
    for figure in figures:
        if not figure.agrees:
            raise ResultsError(f"{entry.place.name}: {figure}")


def _check_rows(places: Iterable[Place]) -> None:
    """Raise ResultsError for two variants in one row of a sweep."""
    variants: dict[tuple[SweepKey, int], str] = {}
    for place in places:
        first = variants.setdefault((place.sweep_key, place.row), place.variant)
        if first != place.variant:
            raise ResultsError(f"{place.name}: its row is {place.row}, but that is the row of {first}")


def _check_claims(places: Iterable[Place]) -> None:
    first_of: dict[SweepKey, Place] = {}
    for place in places:
        first = first_of.setdefault(place.sweep_key, place)
        for name in CLAIMS:
            if getattr(place, name) != getattr(first, name):
                raise ResultsError(f"{place.name}: its {name} is not that of {first.name}")


def _of_samples(entry: Entry) -> Iterator[Twice]:
    """The figures that follow from samples, if the file holds these."""
    if not entry.samples_s:
        return
    own_s = np.array(entry.samples_s)
    yield Twice("stats.median", entry.median_s, _median(own_s), GIVES)
    for k, each_s in enumerate(_cut(own_s, entry.passes)):
        yield Twice(f"passes[{k}].seconds_per_call", entry.passes[k].seconds_per_call, _median(each_s), GIVES)
    if not entry.baseline_samples_s:
        return
    baseline_s = np.array(entry.baseline_samples_s)
    for k, ratios in enumerate(_cut(own_s / baseline_s, entry.passes)):
        ratio = OfPass(1.0, 0.0) if entry.is_baseline else _ratio(ratios, entry)
        yield from _alike(f"passes[{k}].slowdown", entry.passes[k].slowdown, ratio, GIVES)
    if entry.control_samples_s:
        yield from _of_control_samples(entry, baseline_s)


def _of_control_samples(entry: Entry, baseline_s: Floats) -> Iterator[Twice]:
    """The controls of the passes in which the control did not fail; the baseline holds their samples."""
    rounds = sum(of_pass.rounds for of_pass in entry.passes if of_pass.control)
    yield Twice("the control's number of samples", len(entry.control_samples_s), rounds, HAVE)
    control_s, begin = np.array(entry.control_samples_s), 0
    for k, base_s in enumerate(_cut(baseline_s, entry.passes)):
        told = entry.passes[k].control
        if told is None:
            continue
        own_s = control_s[begin : begin + base_s.size]
        begin += base_s.size
        ratio = MedianOf(own_s / base_s)(entry.slowdown.confidence)
        yield from _alike(f"passes[{k}].control", told, OfPass.of(ratio), GIVES)
        if len(entry.passes) == 1 and entry.control:
            yield Twice("control.low", entry.control.low, ratio.low, GIVES)
            yield Twice("control.high", entry.control.high, ratio.high, GIVES)


def _ratio(ratios: Floats, entry: Entry) -> OfPass:
    """The median of ratios, and the deviation that its interval gives at the confidence of an entry."""
    return OfPass.of(MedianOf(ratios)(entry.slowdown.confidence))


def _alike(name: str, told: OfPass | None, follows: OfPass | None, source: str) -> Iterator[Twice]:
    """An estimate of a pass, and its deviation unless the file is too old for it."""
    yield Twice(name, _estimate(told), _estimate(follows), source)
    if told and follows and told.log_deviation is not None:
        # Rounding changes logarithms by an amount, not by a share.
        deviations = told.log_deviation, follows.log_deviation
        yield Twice(f"{name}.log_deviation", *deviations, source, may_differ_by=TOLERANCE)


def _of_passes(entry: Entry) -> Iterator[Twice]:
    """The figures of all passes, from those of each."""
    slowdowns = [of_pass.slowdown for of_pass in entry.passes]
    controls = [of_pass.control for of_pass in entry.passes if of_pass.control]
    yield from _centre("slowdown", entry.slowdown, slowdowns, entry.passes)
    yield from _centre("control", entry.control, controls, entry.passes)
    for k, of_pass in enumerate(entry.passes):
        if operators := of_pass.circumstances.operators:
            work = sum(each.calls * each.multiply_adds for each in operators)
            told = entry.identity.work.multiply_adds
            yield Twice(f"the multiply_adds of passes[{k}]'s operators", work, told, "the entry has")


def _centre(
    name: str, told: Estimate | None, of_passes: Sequence[OfPass], passes: Sequence[Pass]
) -> Iterator[Twice]:
    follows = exp(hodges_lehmann([log(each.estimate) for each in of_passes])) if of_passes else None
    yield Twice(name, _estimate(told), follows, "its passes give")
    if told:
        rounds = sum(of_pass.rounds for of_pass in passes)
        yield Twice(f"{name}.rounds", told.rounds, rounds, HAVE)


def _of_sweep(entry: Entry, baseline: Entry) -> Iterator[Twice]:
    """The figures that follow from the baseline's entry."""
    if not baseline.is_baseline:
        return
    ratio = work_ratio(entry.identity.work, baseline.identity.work)
    yield Twice("work_ratio", entry.identity.work_ratio, ratio, "its multiply_adds are, over its baseline's,")
    controls = {of_pass.number: of_pass.control for of_pass in baseline.passes}
    for k, of_pass in enumerate(entry.passes):
        if of_pass.number in controls:
            its = controls[of_pass.number]
            yield from _alike(f"passes[{k}].control", of_pass.control, its, "its baseline's entry says")


def _cut(series: Floats, passes: Sequence[Pass]) -> Iterator[Floats]:
    """The part of a series that each pass measured."""
    begin = 0
    for of_pass in passes:
        yield series[begin : begin + of_pass.rounds]
        begin += of_pass.rounds


def _median(values: Floats) -> float:
    """The median; that of numpy takes longer for a few values."""
    ordered = np.sort(values)
    middle = ordered.size // 2
    return float(ordered[-1 - middle] + ordered[middle]) / 2


def _estimate(of: OfPass | Estimate | None) -> float | None:
    return of.estimate if of else None


def _shown(figure: float | None) -> str:
    return "none" if figure is None else f"{figure:.7g}"
