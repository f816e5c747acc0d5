"""Group the lines of a matrix by kinds of machines: hundreds of machines are of a few kinds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import NamedTuple

from guidelines.analysis.machines.matrix import Line, Matrix, Standing
from guidelines.analysis.same_machine import Kind, kind_of


class OnLine(NamedTuple):
    """The standing of a guideline on one machine of a kind."""

    line: Line
    standing: Standing


@dataclass(frozen=True)
class KindStanding:
    """One guideline on the machines of a kind that have a verdict about it."""

    machines: tuple[OnLine, ...]

    @property
    def outcomes(self) -> Counter[str]:
        """The number of machines by their outcome."""
        return Counter(each.standing.outcome for each in self.machines)

    @property
    def most(self) -> str:
        """The most frequent outcome."""
        return self.outcomes.most_common(1)[0][0]

    @property
    def others(self) -> tuple[OnLine, ...]:
        """The machines with another outcome than the most frequent one."""
        return tuple(each for each in self.machines if each.standing.outcome != self.most)

    @property
    def typical(self) -> Standing:
        """The standing with the median effect of those with the most frequent outcome."""
        usual = [each.standing for each in self.machines if each.standing.outcome == self.most]
        middle = median_low(standing.effect.estimate for standing in usual)
        return next(standing for standing in usual if standing.effect.estimate == middle)

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest effect."""
        effects = [each.standing.effect.estimate for each in self.machines]
        return min(effects), max(effects)


@dataclass(frozen=True)
class KindLine:
    """The machines of one kind under one condition."""

    kind: Kind
    lines: tuple[Line, ...]
    standings: dict[str, KindStanding]


def kinds(matrix: Matrix) -> tuple[KindLine, ...]:
    """The kinds of the machines of a matrix, in the order in which these come."""
    by_kind: dict[Kind, list[Line]] = {}
    for line in matrix.lines:
        by_kind.setdefault(kind_of(line.machine, line.condition), []).append(line)
    return tuple(_of_kind(kind, lines, tuple(matrix.guidelines)) for kind, lines in by_kind.items())


def _of_kind(kind: Kind, lines: Sequence[Line], guidelines: Sequence[str]) -> KindLine:
    standings = {}
    for guideline in guidelines:
        judged = [line for line in lines if guideline in line.standings]
        if judged:
            known = tuple(OnLine(line, line.standings[guideline]) for line in judged)
            standings[guideline] = KindStanding(known)
    return KindLine(kind, tuple(lines), standings)
