"""Name the operators beside the parts of an audit that could not be timed, with the reasons."""

from collections.abc import Iterator
from dataclasses import dataclass

from guidelines.results.audit import REPLAYED, WITHOUT_G4, AuditPart
from guidelines.results.model import Run

OF_NETWORK = {
    REPLAYED: "its operators one after the other",
    WITHOUT_G4: "the same without those that break G4",
}


@dataclass(frozen=True)
class Untimed:
    """An operator that failed to be timed: its variant, words that say which, and the reason.

    `part` is the part that it would be compared with, None for the network's operators in a row.
    """

    variant: str
    text: str
    reason: str
    part: AuditPart | None = None

    @property
    def is_alternative(self) -> bool:
        """True if it keeps the guideline that its part breaks."""
        other = self.part.alternative if self.part else None
        return other is not None and other.variant == self.variant


def untimed(run: Run) -> Iterator[Untimed]:
    """Replays, alternatives and remedies that failed, of parts that did not fail themselves."""
    if run.audit is None:
        return
    timed = {entry.place.variant for entry in run.entries}
    reasons = {failure.place.variant: failure.reason for failure in run.failures}
    failed = reasons.keys() - timed
    for variant, text in OF_NETWORK.items():
        if variant in failed:
            yield Untimed(variant, text, reasons[variant])
    for part in run.audit.parts:
        others = [part.alternative, *part.remedies] if part.variant in timed else []
        for each in others:
            if each and each.variant in failed:
                yield Untimed(each.variant, each.text, reasons[each.variant], part)
