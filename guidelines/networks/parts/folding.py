"""Find normalisation that can be folded into the convolution before it, without another result."""

from collections import Counter

from guidelines.networks.parts.product import CONVOLUTION
from guidelines.networks.parts.program import Program

BATCH_NORM = "batch_norm"


def foldable_calls(program: Program) -> set[int]:
    """Identities of the calls of batch normalisation that alone read the output of a convolution.

    In evaluation mode they scale and shift its channels, which weights and a bias of the convolution can do.
    """
    readers: Counter[int] = Counter()
    for call in program.calls:
        readers.update(slot.index for slot in call.read)
    convolved: set[int] = set()
    foldable: set[int] = set()
    for call in program.calls:
        if call.name == CONVOLUTION:
            convolved |= {slot.index for slot in call.written}
        elif BATCH_NORM in call.name and call.read:
            source = call.read[0].index
            if source in convolved and readers[source] == 1:
                foldable.add(id(call))
    return foldable
