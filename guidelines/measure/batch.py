"""`--batch-size auto`: the smallest batch at which no call waits for the CPU to launch it.

Launching hardly depends on the batch, and the time of a device grows at most in proportion to it. So if
launching takes r times as long as computing, no batch below r times the present one can be enough: that is
tried next. A device that is not busy with one image needs more than this, which is why after a few such
steps the middle of the powers of two that are left is tried instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, log2
from typing import NamedTuple

import torch

from guidelines.measure.device.launch import launch_and_device_s
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import drawn_input, pinned, placed_module
from guidelines.measure.dropped import Explain, explained
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Variant

LARGEST_EXPONENT = 10
LARGEST_BATCH = 1 << LARGEST_EXPONENT
# So many batches are tried by the rule above, then the middle. The first is 1 and each further one at least
# twice the last, which leaves 9 results (8, 16, ... 1024, or none): to tell them apart takes 4 more.
RULED_PROBES = 3
MOST_PROBES = 7


class Probe(NamedTuple):
    """Seconds that the CPU takes to launch a call, and the device to compute it."""

    launch_s: float
    device_s: float


# Probes a network with a batch; raises whatever torch raises, if memory is short among others.
Prober = Callable[[int], Probe]
MakeProber = Callable[[Variant, Condition], Prober]


def prober(variant: Variant, condition: Condition) -> Prober:
    """Function that times one launch and one call of a network in any batch; it is built only once."""
    module = placed_module(variant.build, condition, seed=0)
    bind = binder(condition.mode)

    def probe(batch_size: int) -> Probe:
        shape = variant.input_shape(replace(condition, batch_size=batch_size))
        call = bind(module, drawn_input(shape, condition, seed=0))
        call()
        return Probe(*launch_and_device_s(call, condition.device))

    return probe


def device_bound(
    condition: Condition, baseline: Variant, *, explain: Explain = explained, prober: MakeProber = prober
) -> int:
    """The smallest power of two as batch at which a sweep's baseline is not bound by its launches.

    On the CPU, which launches nothing, that is one image. If memory ends before, or at LARGEST_BATCH, it is
    the largest that ran; its cells are marked as bound by launches. A network that fails gets the batch in
    which it did: it will fail with its reason when it is measured.
    """
    if condition.device.is_cpu:
        return 1
    search = _Search()
    try:
        with pinned(condition):
            _probe(search, prober(baseline, condition))
    except BaseException as error:
        if explain(error) is None:
            raise
        return 1 << search.exponent
    finally:
        torch.cuda.empty_cache()  # the largest batches may have been much larger than what is measured
    return search.batch_size


def _probe(search: "_Search", probe: Prober) -> None:
    """Probe until the search is over."""
    while not search.is_over:
        try:
            search.learn(probe(1 << search.exponent))
        except (MemoryError, torch.OutOfMemoryError):
            search.lack_memory()


@dataclass
class _Search:
    """A search among the exponents of two from `least` to below `enough`, of which `exponent` is next.

    `enough` is the least that was enough, or that memory does not hold: then `is_short` is true. `ran` is
    the largest that ran and was not enough.
    """

    exponent: int = 0
    least: int = 0
    enough: int = LARGEST_EXPONENT + 1
    ran: int = 0
    is_enough: bool = False
    is_short: bool = False
    probes: int = 0

    @property
    def is_over(self) -> bool:
        """True if no exponent is left."""
        return self.least >= self.enough

    @property
    def batch_size(self) -> int:
        """The batch that was found."""
        return 1 << (self.enough if self.is_enough else self.ran)

    def learn(self, probe: Probe) -> None:
        """Go on after a probe of the next exponent."""
        if probe.launch_s <= probe.device_s:
            self.enough, self.is_enough = self.exponent, True
        else:
            self.ran = self.exponent
            self.least = self.exponent + 1 if self.is_short else self._ruled(probe)
        self._choose_next()

    def lack_memory(self) -> None:
        """Go on after memory was short for the next exponent; the largest that runs is looked for as well."""
        self.enough, self.least = self.exponent, min(self.ran + 1, self.exponent)
        self.is_enough, self.is_short = False, True
        self._choose_next()

    def _ruled(self, probe: Probe) -> int:
        """The least exponent that can be enough; the largest is tried even if it will not be enough."""
        growth = probe.launch_s / probe.device_s if probe.device_s else 2.0
        least = self.exponent + max(1, ceil(log2(growth)))
        return min(least, max(self.exponent + 1, LARGEST_EXPONENT))

    def _choose_next(self) -> None:
        self.probes += 1
        is_ruled = self.probes < RULED_PROBES and not self.is_short
        self.exponent = self.least if is_ruled else (self.least + self.enough) // 2
