"""The measuring of a run: all sweeps in passes before the first test, or one sweep in this process."""

import os
from collections import deque
from collections.abc import Iterator

import pytest

from guidelines.analysis.measured import results_of
from guidelines.analysis.verdict import decisions
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.here import measure_here
from guidelines.measure.outcome import Outcome
from guidelines.measure.passes import TaskOfCase
from guidelines.measure.processes import Result, measure_in_processes
from guidelines.measure.task import Task
from guidelines.plugin.origin import Module
from guidelines.plugin.progress import follow
from guidelines.results.joining import linked
from guidelines.results.model import Entry


def measure_sweeps(campaign: Campaign, case: Case, config: pytest.Config) -> str:
    """Time all sweeps of a run in passes, or that of a case if there is one pass; show the progress.

    Returns what the processes printed.
    """
    if campaign.passes == 1:
        follow(campaign.measure_one(case, measure_here(campaign.explain)), campaign, config)
        return ""
    printed: list[str] = []
    prepare = tuple(_conftests(config))

    def measure(tasks: deque[TaskOfCase]) -> Iterator[tuple[Task, Result | None]]:
        return measure_in_processes(
            tasks,
            campaign.explain,
            prepare=prepare,
            say=printed.append,
            turn_limit_s=config.getoption("turn_limit"),
        )

    follow(campaign.measure_all(measure, is_decided), campaign, config)
    return "".join(printed)


def is_decided(outcome: Outcome) -> bool:
    """True if the verdict of a sweep is clear, or if no further pass can make it so."""
    entries = [result for result in outcome.values() if isinstance(result, Entry)]
    decided = decisions(results_of(linked(entries, [])).measured)
    return all(decision.verdict.outcome != "undecided" for decision in decided.values())


def _conftests(config: pytest.Config) -> list[Module]:
    """The conftest.py files of a run, outer folders first: what they do to torch, every process needs."""
    paths = {}
    for plugin in config.pluginmanager.get_plugins():
        path = getattr(plugin, "__file__", None) or ""
        if path.endswith("conftest.py"):
            paths[path] = plugin.__name__
    return [Module(paths[path], path) for path in sorted(paths, key=lambda path: (path.count(os.sep), path))]
