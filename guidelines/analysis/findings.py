"""Judge every row of a comparison by one word of the gate: it is so, it is not, or that is not decided.

Every row is judged alone, as in the tables of the comparison, at the least change that the gate names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from guidelines.analysis.change import Change, MarginedRatio, change
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import (
    SPEED,
    Compared,
    effect_ratio,
    effect_words,
    passes_to_decide,
    speed_ratio,
)
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.remedies import MorePasses
from guidelines.analysis.triggers import EFFECTS, UNCLEAR, Trigger
from guidelines.stats.intervals import Estimate
from guidelines.stats.noise_floor import MOST_NOISE_FLOOR

# The kinds of figures.
SLOWDOWN, SPEED_UP = "slow-down", "speed"


@dataclass(frozen=True)
class Finding:
    """A row, or a sweep that was disturbed, with the word for it and the side of the comparison it is on.

    `ratio` is B's slow-down over A's, or A's time over B's, as `of` says; `reach` is the largest change to
    the side of the word that its interval allows, `needed` what would decide an UNCLEAR row, None if more
    passes would not. `is_about_launches` is True if it rests on times of launching, not of the device.
    `row` is None if it is not about a row that both sides have; `rows` is the number of rows that it names.
    """

    name: str
    word: str
    side: str = "B"
    of: str = ""
    ratio: Estimate | None = None
    reach: float = inf
    reason: str = ""
    needed: MorePasses | None = None
    is_about_launches: bool = False
    row: Compared | None = field(default=None, compare=False, repr=False)
    rows: int = 1


@dataclass(frozen=True)
class Figure:
    """The ratio of a row that a word is about, with the words for its changes."""

    row: Compared
    of: str
    ratio: MarginedRatio
    words: Mapping[str, str]
    is_about_launches: bool

    def judged(self, word: str, least: float) -> Finding:
        """The word for the figure at a least change, and how far it may reach to the side of a word."""
        its_change = change(replace(self.ratio, least=least), self.row.confidence)
        is_more = self.words["more"] == word.upper()
        return Finding(
            name=self.row.name,
            word=self.words[its_change.direction],
            of=self.of,
            ratio=its_change.ratio,
            reach=_reach(its_change, is_more),
            needed=_needed(self.row, its_change, is_more),
            is_about_launches=self.is_about_launches,
            row=self.row,
        )

    def undecided(self, trigger: Trigger, beyond: float) -> Finding | None:
        """The figure as UNCLEAR if its interval reaches beyond a size though a word is not sure of it."""
        if self.judged(trigger.word, trigger.size).word == trigger.word.upper():
            return None
        nearer = self.judged(trigger.word, min(trigger.size, beyond))
        if nearer.word == "SAME" or nearer.reach <= beyond:
            return None
        return replace(nearer, word=UNCLEAR.upper())


def kind(word: str) -> str:
    """The kind of figures that a word is about."""
    return SLOWDOWN if word in EFFECTS else SPEED_UP


def figures(comparison: Comparison, word: str) -> Iterator[Figure]:
    """The slow-downs or the speeds of all rows, as a word is about the one or the other."""
    return _slowdowns(comparison) if word in EFFECTS else _speeds(comparison)


def _slowdowns(comparison: Comparison) -> Iterator[Figure]:
    """The guideline's effect on B, of every row that has one."""
    for row in comparison.rows:
        if row.effect:
            words = effect_words(row.a.place.expect)
            yield Figure(
                row=row,
                of=SLOWDOWN,
                ratio=effect_ratio(row),
                words=words,
                is_about_launches=row.is_about_launches,
            )


def _speeds(comparison: Comparison) -> Iterator[Figure]:
    """The speed of B, of every row whose two sides did the same work."""
    for row in comparison.rows:
        if ratio := speed_ratio(row):
            about_launches = waits_for_launches(row.a) or waits_for_launches(row.b)
            yield Figure(row=row, of=SPEED_UP, ratio=ratio, words=SPEED, is_about_launches=about_launches)


def _reach(its_change: Change, is_more: bool) -> float:
    """The largest change to one side that an interval allows, as a fraction; infinite if it says nothing."""
    low, high, margin = its_change.ratio.low, its_change.ratio.high, its_change.margin
    if low is None or high is None or margin is None or margin > MOST_NOISE_FLOOR:
        return inf
    return (high if is_more else 1 / low) - 1


def _needed(row: Compared, its_change: Change, is_more: bool) -> MorePasses | None:
    """Passes of both sides that would bring the interval clear of the least change to one side."""
    edges = its_change.edges[1:] if is_more else its_change.edges[:1]
    return passes_to_decide(row, its_change.ratio, edges)
