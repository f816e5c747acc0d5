"""Find the tensors of a call of a network whose values depend on its inputs."""

from collections.abc import Iterable, Sequence

from guidelines.networks.parts.program import Call, Slot


def dependent(calls: Sequence[Call], inputs: Iterable[Slot]) -> frozenset[int]:
    """Indices of the inputs, of all that is computed from them, and of the memory that it is written to."""
    memory: dict[int, int] = {}  # of each view, the tensor whose memory it shows
    reached = {slot.index for slot in inputs}
    for call in calls:
        read = {memory.get(slot.index, slot.index) for slot in call.read}
        for slot in call.written:
            if call.is_view:
                first = call.read[0].index
                memory[slot.index] = memory.get(first, first)
            elif read & reached:
                reached.add(memory.get(slot.index, slot.index))
    views = {index for index, shown in memory.items() if shown in reached}
    return frozenset(reached | views)
