"""Tell a guideline that lacks aligned widths from one whose published widths are aligned themselves."""

from dataclasses import replace

from guidelines.analysis.machines.matrix import Line
from guidelines.spec.channels import ALIGNMENT_CHANNELS
from guidelines.spec.condition import ALIGNED, PUBLISHED


def has_widths_as_published(line: Line, guideline: str) -> bool:
    """True if a machine measured a guideline at published widths that are aligned, as they are for G4.

    Both rules then give the same sweeps, which come once, under the rule for published widths.
    """
    if line.condition.channel_rule != ALIGNED:
        return False
    at_published_widths = replace(line.condition, channel_rule=PUBLISHED)
    widths: list[int] = []
    for measured in line.results.measured:
        place = measured.place
        if place.guideline == guideline and place.condition.shared == at_published_widths:
            widths += measured.identity.widths
    return bool(widths) and all(width % ALIGNMENT_CHANNELS == 0 for width in widths)
