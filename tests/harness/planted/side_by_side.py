"""Whole networks timed in one sweep, in passes of fresh processes, like those of a run."""

from collections import deque
from dataclasses import dataclass

from guidelines.measure.campaign import Campaign
from guidelines.measure.case import cases
from guidelines.measure.dropped import explained
from guidelines.measure.processes import measure_in_processes
from guidelines.measure.recording import Limits
from guidelines.networks.counted import counted
from guidelines.networks.target import target
from guidelines.spec.sweep import Sweep, Variant


@dataclass(frozen=True)
class SideBySide:
    """Targets, and the channels of the image that each takes; the first one is the baseline."""

    targets: tuple[str, ...]
    channels: tuple[int, ...]

    def __call__(self):
        return self._sweeps

    def _sweeps(self, condition):
        variants = tuple(map(self._variant, range(len(self.targets))))
        yield Sweep("G0", "whole networks", "side-by-side", variants)

    def _variant(self, number):
        name = self.targets[number]
        build = target(name)
        work = counted(build, in_channels=self.channels[number])
        return Variant(id=f"network{number}", name=name, widths=(), work=work, build=build)


def slowdowns(networks, condition, limits):
    """The time of each network over that of the first one, by its target."""
    chosen = list(cases(networks(), [condition], source="side by side", origin=networks))
    campaign = Campaign(
        conditions=(condition,),
        limits=Limits(max_time_s=limits.sampling_s / len(networks.targets), min_rounds=40, confidence=0.95),
        seed=0,
        passes=limits.passes,
    )
    campaign.choose(chosen)

    def measure(tasks: deque):
        return measure_in_processes(tasks, explained)

    for _ in campaign.measure_all(measure, lambda outcome: True):
        pass
    campaign.keep_everything()
    if campaign.failures:
        raise SystemExit("\n".join(failure.reason for failure in campaign.failures))
    return {entry.place.variant: entry.slowdown for entry in campaign.entries}
