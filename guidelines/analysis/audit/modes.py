"""The modes that an audit tried beside its own: what the whole network takes in them, and what failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guidelines.analysis.audit.times import AuditTimes
from guidelines.analysis.measured import MachineResults, results_of
from guidelines.results.audit import WHOLE, AuditPart, Timed
from guidelines.results.model import Entry, Failure, Run
from guidelines.spec.condition import form_of
from guidelines.stats.intervals import Estimate

NOT_MEASURED = "not measured"
APART = "no pass has its time together with the network's and the other parts'"
FailedPart = tuple[AuditPart, str]


@dataclass(frozen=True)
class ModeResult:
    """The network in another mode: its time there over its time in the mode of the audit.

    `ratio` is None if it could not be measured, for `reason`; then none of its parts was. `failed` are the
    parts that could not be, with the reason. `network` is a run of the network alone in that mode.
    """

    mode: str
    ratio: Estimate | None
    reason: str = ""
    failed: tuple[FailedPart, ...] = ()
    network: MachineResults | None = None


class InModes:
    """The results of an audit by name: the variant's own, or in another mode "part-1 compile"."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._other_modes = run.audit.other_modes if run.audit else ()
        self.entries = {self._name(entry): entry for entry in run.entries}
        self._reasons = {self._name(failure): failure.reason for failure in run.failures}

    @property
    def own(self) -> Run:
        """The run in the mode of the audit alone."""
        return replace(
            self._run,
            entries=tuple(entry for entry in self._run.entries if self._is_own(entry)),
            failures=tuple(failure for failure in self._run.failures if self._is_own(failure)),
        )

    def reason(self, name: str) -> str:
        """The reason why a variant has no time."""
        return self._reasons.get(name, NOT_MEASURED)

    def failed(self, parts: Sequence[AuditPart], mode: str) -> Iterator[FailedPart]:
        """The parts without a time in another mode, with the reason."""
        for part in parts:
            name = in_mode(part.variant, mode)
            if name not in self.entries:
                yield part, self.reason(name)

    def left_out(self, parts: Sequence[AuditPart], measured: Sequence[AuditPart]) -> Iterator[FailedPart]:
        """The parts that were not measured beside the others in the mode of the audit, with the reason."""
        variants = {part.variant for part in measured}
        for part in parts:
            if part.variant not in variants:
                yield part, APART if part.variant in self.entries else self.reason(part.variant)

    def forms(self, part: AuditPart) -> Iterator[Timed]:
        """The part itself in each other mode."""
        for mode in self._other_modes:
            yield Timed(in_mode(part.variant, mode), form_of(mode), calls_each=part.calls_each)

    def results(self, times: AuditTimes, measured: Sequence[AuditPart]) -> Iterator[ModeResult]:
        """The network in each other mode; of the parts, those that were measured in that of the audit."""
        for mode in self._other_modes:
            name = in_mode(WHOLE, mode)
            if not times.meet(name):
                yield ModeResult(mode, None, self.reason(name))
                continue
            alone = replace(self._run, entries=(self.entries[name],), failures=())
            yield ModeResult(
                mode=mode,
                ratio=times.share([(name, 1)]),
                failed=tuple(self.failed(measured, mode)),
                network=results_of(alone),
            )

    def _is_own(self, result: Entry | Failure) -> bool:
        return result.place.condition.mode not in self._other_modes

    def _name(self, result: Entry | Failure) -> str:
        variant = result.place.variant
        return variant if self._is_own(result) else in_mode(variant, result.place.condition.mode)


def in_mode(variant: str, mode: str) -> str:
    """The name of a variant in another mode."""
    return f"{variant} {mode}"
