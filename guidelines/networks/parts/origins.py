"""Find the tensor that another one shows, as a view or changed element by element."""

from collections import Counter
from collections.abc import Hashable
from math import prod
from typing import NamedTuple

from guidelines.networks.cost.classes import ELEMENTWISE, NORMALISATION
from guidelines.networks.parts.program import Call, Program, Slot

# Operators that leave channels where they are: what reads their result reads the tensor before them.
PASSING = (ELEMENTWISE, NORMALISATION)


class Origin(NamedTuple):
    """The tensor that others show.

    `changes` counts the writes to it up to the one that made another tensor of it.
    """

    tensor: int
    changes: int = 0


class Cut(NamedTuple):
    """A view of a part of a tensor: which part, and along which dimension, of how many.

    `dimension` is -1 if it is not along one alone. `stride` is the distance of its elements along it.
    """

    part: Hashable
    dimension: int = -1
    dimensions: int = 0
    stride: int = 0


class Shown(NamedTuple):
    """The tensor that another one shows, and the cuts if it shows a part alone."""

    origin: Origin
    cuts: tuple[Cut, ...] = ()


class _View(NamedTuple):
    """A view of a tensor, by the calls that led to it."""

    base: Slot
    path: tuple[Hashable, ...] = ()
    cuts: tuple[Cut, ...] = ()


class Origins:
    """The origins of tensors, call by call: what has been written to a tensor is in all of its views."""

    def __init__(self, program: Program) -> None:
        self._tensors = program.tensors
        self._given = {Origin(index) for index in program.given}
        self._views: dict[Slot, _View] = {}
        self._shown: dict[Slot, Shown] = {}
        self._writes: Counter[Slot] = Counter()

    def of(self, slot: Slot) -> Shown:
        """The origin of a tensor, itself if it shows no other one."""
        base, _, cuts = self._view(slot)
        shown = self._shown.get(base, Shown(Origin(base.index)))
        return Shown(shown.origin, shown.cuts + cuts)

    def form_of(self, slot: Slot) -> Hashable:
        """A key that two tensors share if they are the same view of one tensor, with the same elements."""
        base, path, _ = self._view(slot)
        return base, self._writes[base], path

    def follow(self, call: Call) -> None:
        """Take note of what a call shows, and of what it changes."""
        if call.is_view:
            self._follow_view(call)
            return
        source = self._passed(call)
        for slot in call.written:
            if slot in call.read:
                self._change(self._view(slot).base, source)
            elif source is not None:
                self._shown[slot] = self.of(source)

    def _view(self, slot: Slot) -> _View:
        return self._views.get(slot, _View(slot))

    def _follow_view(self, call: Call) -> None:
        source = call.read[0]
        base, path, cuts = self._view(source)
        for number, slot in enumerate(call.written):
            step = call.name, repr(call.args[1:]), number
            cut = self._cut(source, slot, step)
            self._views[slot] = _View(base, (*path, step), (*cuts, cut) if cut else cuts)

    def _cut(self, source: Slot, slot: Slot, part: Hashable) -> Cut | None:
        """The cut that makes a view of its source; None if it shows all of it."""
        before, after = self._tensors[source.index].shape, self._tensors[slot.index]
        if prod(before) == prod(after.shape):
            return None
        if len(before) != len(after.shape):
            return Cut(part)
        along = [at for at, size in enumerate(before) if size != after.shape[at]]
        return Cut(part, along[0], len(before), after.stride[along[0]]) if len(along) == 1 else Cut(part)

    def _change(self, base: Slot, source: Slot | None) -> None:
        """A call writes to a tensor: it becomes another one unless each element changes alone."""
        self._writes[base] += 1
        if source is None or self._view(source).base != base:
            self._shown[base] = Shown(Origin(base.index, self._writes[base]))

    def _passed(self, call: Call) -> Slot | None:
        """The tensor that an operator shows that changes each of its elements alone."""
        if call.cost is None or call.cost.kind not in PASSING or not call.read or not call.written:
            return None
        shape = self._tensors[call.written[0].index].shape
        shown = [slot for slot in call.read if self._tensors[slot.index].shape == shape]
        others = [slot for slot in call.read if slot not in shown]
        depends = any(self.of(slot).origin not in self._given for slot in others)
        return shown[0] if len(shown) == 1 and not depends else None
