"""Take operators out of a program: what they computed is their input, if that is of the same form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from guidelines.networks.parts.program import Call, Program, Slot, kept


def without(program: Program, is_taken: Callable[[Call], bool]) -> Program:
    """The program without some of its calls. A result that is of another form than each input is given."""
    instead: dict[Slot, Slot] = {}

    def known(value: Any) -> Any:
        return instead.get(value, value) if isinstance(value, Slot) else value

    calls = []
    taken = set()
    for call in program.calls:
        left = replace(call.with_values(known), freed=tuple(map(known, call.freed)))
        calls.append(left)
        if not is_taken(call):
            continue
        taken.add(id(left))
        for slot in call.written:
            alike = [each for each in left.read if program.tensors[each.index] == program.tensors[slot.index]]
            if alike and alike[0] != slot:
                instead[slot] = alike[0]
    outputs = tuple(instead.get(slot, slot) for slot in program.outputs)
    stay = kept(calls, lambda call: id(call) not in taken)
    return replace(program, calls=tuple(stay), outputs=outputs)
