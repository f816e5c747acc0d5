"""Write the range of an effect beside that at published widths and the paper's, for a line of the answer."""

from collections.abc import Sequence
from typing import NamedTuple

from guidelines.analysis.answer import Conclusion
from guidelines.report.digits import decimals, rounded
from guidelines.report.subjects.uncounted import PUBLISHED_WIDTHS
from guidelines.spec.condition import ALIGNED, widths_of
from guidelines.stats.intervals import Estimate

MOST_DECIMALS = 2
# For sweeps of a guideline that claim different things.
AS_CLAIMED = "as claimed"
AGAINST_CLAIM = "opposite to the claim"
OPPOSITE = {"slower": "faster", "faster": "slower", AS_CLAIMED: AGAINST_CLAIM, AGAINST_CLAIM: AS_CLAIMED}


def effect(several: Sequence[Conclusion], in_full: bool) -> str:
    """The range of an effect, and others beside it: "1.34-1.72x slower per mult-add (paper 1.24-1.39x)"."""
    claimed = several[0].expect or AS_CLAIMED
    seen = _range(several, claimed)
    if seen is None:
        return ""
    line = f"{seen.in_words}{seen.unit}"
    rows = {each.rows for each in several}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        line = f"{names[0]} is {line} than {names[1]}"
    beside = [_beside(several, seen.direction, in_full)]
    papers: list[float] = []
    for each in several:
        papers += (each.at_published_widths or each).published
    if papers:
        beside.append(f"paper {_published(papers, claimed, seen.direction)}")
    others = "; ".join(filter(None, beside))
    return f"{line} ({others})" if others else line


class _Range(NamedTuple):
    """A range of effects as text, "slower" or "faster", and the unit behind that.

    The `times` of effects to both sides hold the directions themselves: "from 1.05x faster to 2.56x slower".
    """

    times: str
    direction: str
    unit: str
    is_to_both_sides: bool = False

    @property
    def in_words(self) -> str:
        """The range with its direction: "1.34-1.72x slower"."""
        return self.times if self.is_to_both_sides else f"{self.times} {self.direction}"

    def beside(self, direction: str) -> str:
        """The range beside others of a direction, without its own if that is the same."""
        return self.times if direction == self.direction else self.in_words


def _range(several: Sequence[Conclusion], claimed: str) -> _Range | None:
    """The effects of several conclusions, from the least to the most; None if there are none."""
    effects: list[Estimate] = []
    for each in several:
        effects += each.effects
    if not effects:
        return None
    direction = OPPOSITE[claimed] if max(effect.estimate for effect in effects) < 1 else claimed
    if direction != claimed:
        effects = [effect.inverse() for effect in effects]
    effects.sort(key=lambda effect: effect.estimate)
    unit = " per mult-add" if any(each.is_per_multiply_add for each in several) else ""
    least, most = effects[0], effects[-1]
    against = _shown(least.inverse())
    if least.estimate < 1 < most.estimate and float(against) > 1:
        times = _to_both_sides(against, _shown(most), direction)
        return _Range(times, direction, unit, is_to_both_sides=True)
    return _Range(_between(_shown(least), _shown(most)), direction, unit)


def _beside(several: Sequence[Conclusion], direction: str, in_full: bool) -> str:
    """The effects at published widths, for brackets: "published widths: 1.32-5.06x per mult-add".

    It names a finding, and a direction, that differs from the one at aligned widths, and in full the row that
    decides. "" if there are none.
    """
    at_published_widths = [each.at_published_widths for each in several if each.at_published_widths]
    seen = _range(at_published_widths, several[0].expect or AS_CLAIMED)
    if seen is None:
        return ""
    are_all = len(at_published_widths) == len(several)
    name = PUBLISHED_WIDTHS if are_all else f"{PUBLISHED_WIDTHS} in place of {widths_of(ALIGNED)}"
    rows = {each.rows for each in at_published_widths}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        name = f"{name}, {names[0]}"
    findings = {each.finding for each in at_published_widths} - {each.finding for each in several}
    finding = f"{findings.pop()}, " if len(several) == 1 and findings else ""
    return f"{name}: {finding}{seen.beside(direction)}{seen.unit}"


def _published(effects: Sequence[float], claimed: str, direction: str) -> str:
    """The paper's range; it names its direction if ours is the opposite."""
    least, most = min(effects), max(effects)
    own = OPPOSITE[claimed] if most < 1 else claimed
    if own != claimed:
        least, most = 1 / most, 1 / least
    against = f"{1 / least:.2f}"
    if least < 1 < most and float(against) > 1:
        return _to_both_sides(against, f"{most:.2f}", own)
    opposite = "" if own == direction else f" {own}"
    return f"{_between(f'{least:.2f}', f'{most:.2f}')}{opposite}"


def _shown(effect: Estimate) -> str:
    return rounded(effect.estimate, min(MOST_DECIMALS, decimals(effect)))


def _to_both_sides(against: str, most: str, direction: str) -> str:
    """A range of times from one side of 1 to the other: "from 1.05x faster to 2.56x slower"."""
    return f"from {against}x {OPPOSITE[direction]} to {most}x {direction}"


def _between(least: str, most: str) -> str:
    """A range of times: "1.24-1.39x"; "1.24x" if its ends are equal."""
    return f"{least}x" if least == most else f"{least}-{most}x"
