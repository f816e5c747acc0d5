"""Decides which task of a pass measures the ceilings of its condition, and keeps those that are there."""

from dataclasses import dataclass, field, replace
from math import ceil

from guidelines.measure.task import Task
from guidelines.results.ceilings import Ceilings, CeilingsKey, key_of

# Seconds that a run plans for the ceilings of a condition (the last sample of each figure may take longer),
# and their share of the sampling time.
MOST_S, SHARE = 3.5, 0.2
# Less tells too little. If there are more passes, these many of them measure ceilings, evenly spread.
LEAST_PASS_S, MOST_PASSES = 0.2, 5


@dataclass
class CeilingsWanted:
    """The ceilings that passes of a run measure once for each condition, in `pass_s` seconds; 0 for none.

    Of every so many passes, as `every` says, one measures them. `known` are those that are there, from this
    run or the one that it resumes.
    """

    pass_s: float = 0.0
    every: int = 1
    known: dict[tuple[CeilingsKey, int], Ceilings] = field(default_factory=dict)
    _asked: set[tuple[CeilingsKey, int]] = field(default_factory=set)
    _given_up: set[CeilingsKey] = field(default_factory=set)

    def added(self, task: Task) -> Task:
        """The task, which also measures the ceilings of its condition if it is the first of its pass."""
        at = key_of(task.condition), task.number
        is_turn = self.pass_s > 0 and (task.number - 1) % self.every == 0
        if not is_turn or at in self.known or at in self._asked or at[0] in self._given_up:
            return task
        self._asked.add(at)
        return replace(task, ceilings_s=self.pass_s)

    def are_due(self, task: Task) -> bool:
        """True if the ceilings that a task was to measure are not there."""
        return task.ceilings_s > 0 and (key_of(task.condition), task.number) not in self.known

    def keep(self, ceilings: Ceilings) -> None:
        """Take ceilings that were measured, in this run or in the one that it resumes."""
        self.known[ceilings.key, ceilings.number] = ceilings

    def given_up(self, task: Task, reason: str) -> Ceilings:
        """Ceilings whose process died: they hold the reason alone. No other pass tries it again."""
        key = key_of(task.condition)
        self._given_up.add(key)
        ceilings = Ceilings(key, task.number, missing=(reason,))
        self.keep(ceilings)
        return ceilings


def pass_s(sampling_s: float, passes: int) -> float:
    """Seconds for the ceilings of a condition in a pass of `sampling_s` of samples; 0 if that is short."""
    seconds = min(MOST_S / min(passes, MOST_PASSES), SHARE * sampling_s)
    return seconds if seconds >= LEAST_PASS_S else 0.0


def every(passes: int) -> int:
    """Number of passes of a run of which one measures ceilings."""
    return ceil(passes / MOST_PASSES)
