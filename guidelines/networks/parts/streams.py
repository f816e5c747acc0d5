"""Run the calls of a program side by side, each on a CUDA stream of its own."""

from collections.abc import Sequence

import torch
from torch import Tensor

from guidelines.networks.parts.program import Call
from guidelines.networks.parts.replayed import Replayed, filled, take
from guidelines.spec.condition import Condition

# Compiled code chooses its streams itself.
MODES_WITH_STREAMS = ("eager", "cudagraph")


def has_streams(condition: Condition) -> bool:
    """True if a network can choose the stream of an operator."""
    return not condition.device.is_cpu and condition.mode in MODES_WITH_STREAMS


class OnStreams(Replayed):
    """A program as a network that runs each call on a stream of its own.

    No call may need the result of another one. The current stream waits for all of them. On other devices,
    such as that where work is counted, calls run one after the other.
    """

    _streams: Sequence[torch.cuda.Stream] = ()
    _steps: Sequence[Call] = ()

    def _begin(self, device: torch.device) -> None:
        super()._begin(device)
        self._streams = new_streams(device, len(self.program.calls))
        self._steps = [filled(call, self._values, device) for call in self.program.calls]

    def _outputs(self) -> Sequence[Tensor]:
        """Run calls side by side.

        Memory needs no `record_stream`. Inputs were written before the fork and stay until after the join. A
        result is used after the join, and its memory belongs to its stream, which uses it again in another
        call alone: after a fork that waits for all of these uses.
        """
        if not self._streams:
            return super()._outputs()
        values = dict(self._values)
        current = torch.cuda.current_stream(self._device)
        fork = current.record_event()
        for stream, step in zip(self._streams, self._steps, strict=True):
            stream.wait_event(fork)
            with torch.cuda.stream(stream):
                take(step, values)
        for stream in self._streams:
            current.wait_stream(stream)
        return [values[slot.index] for slot in self.program.outputs]


def new_streams(device: torch.device, count: int) -> Sequence[torch.cuda.Stream]:
    """A number of streams of a CUDA device; none on another one."""
    if device.type != "cuda":
        return ()
    return [torch.cuda.Stream(device) for _ in range(count)]  # type: ignore[no-untyped-call]  # untyped in torch
