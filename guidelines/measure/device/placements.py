"""Threads in which networks are built and timed: this one, or a fresh one for each placement.

cuDNN's autotuner keeps what it chose for each thread. In one thread it would choose once, partly by chance,
and every placement would repeat that choice. In a fresh thread it chooses anew, so that the interval of a
slow-down covers its choices.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch

from guidelines.measure.device.own_thread import OwnThread
from guidelines.measure.device.second_look import Builder, Timed, as_timed
from guidelines.spec.condition import Condition, Device

THREAD = "guidelines-placement"


@dataclass(frozen=True)
class Placements:
    """`begin` is called before the networks of a placement are built; `inside` tells a builder where."""

    begin: Callable[[], object]
    inside: Callable[[Builder], Builder]


@contextmanager
def placements(condition: Condition) -> Iterator[Placements]:
    """The placements of one sweep; a thread of theirs is ended on leaving, also after an error or Ctrl-C."""
    if condition.device.is_cpu or condition.cudnn != "autotune":
        yield Placements(begin=gc.collect, inside=lambda builder: builder)
        return
    threads = _FreshThreads(condition.device)
    try:
        yield Placements(begin=threads.renew, inside=threads.inside)
    finally:
        threads.end()


class _FreshThreads:
    """One thread after the other, each for one placement."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._thread: OwnThread | None = None

    def renew(self) -> None:
        """End the thread of the last placement, free its networks, and start the next one's."""
        self.end()
        gc.collect()
        self._thread = OwnThread(THREAD, partial(_thread_state, self._device))

    def end(self) -> None:
        """End the thread if there is one."""
        if self._thread:
            self._thread.end()
            self._thread = None

    def inside(self, builder: Builder) -> Builder:
        """A builder that builds in the thread; samples and second looks are taken there, clock and all."""

        def build() -> Timed:
            thread = self._thread
            if thread is None:
                raise RuntimeError("networks are built between `begin` and the end of their placements")
            network = as_timed(thread.run(builder))
            return Timed(
                sample=lambda calls: thread.run(partial(network.sample, calls)),
                look_again=lambda seconds: thread.run(partial(network.look_again, seconds)),
                part_seconds=network.part_seconds,
            )

        return build


@contextmanager
def _thread_state(device: Device) -> Iterator[None]:
    """The part of the measuring state that torch keeps by thread: inference, and the current device."""
    with torch.inference_mode(), torch.cuda.device(device):
        yield
