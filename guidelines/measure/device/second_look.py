"""A network that is timed, and the second look at it: it must still be what was checked.

The look is taken at the networks of the last placement of a pass, after its last round. Earlier instances
were built by the same function and ran the same code, and what a network leaves behind in its class or module
shows in the last one, too. One more call of each network is all that it takes.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from guidelines.measure.device.fastest import check_rate
from guidelines.measure.device.modes import Call
from guidelines.measure.device.observed import Observer, uncompiled
from guidelines.measure.device.outputs import check_input, difference, kept, tolerance
from guidelines.measure.device.randomness import RANDOM, is_random
from guidelines.spec.condition import MODES, Condition

Sample = Callable[[int], float]
# Gives notes on the network; raises ValueError if it is not what was checked.
LookAgain = Callable[[float], tuple[str, ...]]
# Calls after which memory that a network took in an earlier one counts as kept for good.
CALLS_TO_FORGET = 64
# A module with a true attribute of this name is not dropped if its output changes: an audit takes networks as
# they are.
MAY_CHANGE = "may_change"
CHANGES = "its output changes from call to call"
GENERATOR = "if random numbers are the reason, make their generator an attribute of the network"


@dataclass(frozen=True)
class Timed:
    """A network to time: call it with a number of calls for the seconds that these take.

    `look_again` is told the usual seconds per call, once all of them are known. `part_seconds` gives
    those that parts of the network took in the last sample, by name; of most networks they are not known.
    """

    sample: Sample
    look_again: LookAgain = lambda seconds_per_call: ()
    part_seconds: Callable[[], Mapping[str, float]] = dict

    def __call__(self, calls: int) -> float:
        """Seconds that a number of calls take."""
        return self.sample(calls)


Builder = Callable[[], Timed | Sample]


def as_timed(network: Timed | Sample) -> Timed:
    """A network to time; there is nothing to look at again in a plain function."""
    return network if isinstance(network, Timed) else Timed(network)


@dataclass
class Instance:
    """A network with its input, bound to a mode by `call`, whose calls `sampler` times.

    `bits_of_x` are those of the input before any call, `multiply_adds` those that are declared for one call.
    """

    module: nn.Module
    x: Tensor
    bits_of_x: tuple[Tensor, Tensor]
    call: Call
    sampler: Sample
    condition: Condition
    multiply_adds: int
    _first: Tensor | None = field(init=False, default=None)

    def sample(self, calls: int) -> float:
        """Seconds that a number of calls take; keeps values of the output if it is the first single call."""
        if self._first is not None or calls != 1:
            return self.sampler(calls)
        start = time.perf_counter()
        self._first = kept(self.call())
        return time.perf_counter() - start

    def look_again(self, seconds_per_call: float) -> tuple[str, ...]:
        """Notes on the network. Raises ValueError if it is not what was checked any more."""
        check_input(self.x, self.bits_of_x)
        observer, output = self._observed_call()
        self._check_work(observer)
        notes = self._check_output(self.call() if MODES[self.condition.mode].prepared else output)
        del output
        if observer.kept_bytes:
            self._check_leak(observer)
        check_rate(self.multiply_adds / seconds_per_call, self.condition)
        return notes

    def _observed_call(self) -> tuple[Observer, Tensor]:
        with uncompiled(), Observer() as observer:
            output: Tensor = self.module(self.x)
        return observer, output

    def _check_work(self, observer: Observer) -> None:
        """Compare with the declared work, unless a call has work that cannot be counted."""
        if observer.multiply_adds != self.multiply_adds and not observer.has_unknown:
            raise ValueError(
                f"once timed, a call does {observer.multiply_adds} multiply-adds, "
                f"it declares {self.multiply_adds}"
            )

    def _check_output(self, output: Tensor) -> tuple[str, ...]:
        if not bool(torch.isfinite(output).all()):
            raise ValueError("the output is not finite any more after the timing")
        if self._first is None:
            return ()
        changed = self._change(kept(output))
        if not changed:
            return ()
        if is_random(self.module, self.x, self.condition):
            return (RANDOM,)
        if getattr(self.module, MAY_CHANGE, False):
            return (CHANGES,)
        raise ValueError(f"after the timing the output {changed}")

    def _change(self, output: Tensor) -> str:
        """The difference of an output from the first one, in words; "" if it is rounding only."""
        assert self._first is not None
        if output.shape != self._first.shape:
            return "is of another shape than the first"
        change = difference(output, self._first)
        if change <= tolerance(self.condition):
            return ""
        return (
            f"differs from the first by {change:.1e} of the largest value, "
            f"more than {tolerance(self.condition):g}; {GENERATOR}"
        )

    def _check_leak(self, observer: Observer) -> None:
        """A network may keep results of its last calls, but not of all."""
        for _ in range(CALLS_TO_FORGET):
            self.module(self.x)
            if not observer.kept_bytes:
                return
        raise ValueError(
            f"it keeps {observer.kept_bytes} more bytes of memory with every call: they are still there "
            f"after {CALLS_TO_FORGET} further calls"
        )
