"""Spread the passes of a run over the devices of a cluster: one on every device before the second on any.

What differs from hour to hour is then in the interval of every device alike.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from guidelines.fleet.node_pass import PassResult, PassTask
from guidelines.fleet.nodes import Node
from guidelines.fleet.problem import MemberError

State = Literal["waits", "ready", "measures", "done", "missing"]
# Seconds after which the progress is shown anew.
TICK_S = 1.0
# Seconds more than its limit that a node has to end a pass by itself.
GRACE_S = 60.0
NOT_HELD = "was not held this time: the cluster does not offer it, or others hold it"


@dataclass(frozen=True)
class Slot:
    """A node, or one of its GPUs by a number below their count: which one it is, is known when it is held."""

    node: Node
    gpu: int | None = None


@dataclass(frozen=True)
class Held:
    """A slot that is held for the fleet from now on, with the name of its device."""

    name: str


@dataclass(frozen=True)
class Lost:
    """A slot that is lost, with the reason."""

    reason: str


@dataclass(frozen=True)
class Event:
    """News of a slot: it is held, its pass is over, or it is lost."""

    slot: Slot
    news: Held | PassResult | Lost


class Cluster(Protocol):
    """A cluster that holds slots, so that nothing else of it runs there, and measures passes on them."""

    def hold(self, slot: Slot) -> None:
        """Begin to hold a slot."""

    def begin(self, slot: Slot, task: PassTask) -> None:
        """Begin a pass on a slot that is held."""

    def release(self, slot: Slot) -> None:
        """Hold a slot no more; a pass on it ends."""

    def news(self, wait_s: float) -> Sequence[Event]:
        """Events since the last call, for which it waits some seconds at most."""


class Store(Protocol):
    """The results of a fleet, which stay if it is cut short.

    Raises MemberError for a device that cannot go on while the others do.
    """

    def add(self, name: str) -> None:
        """Count a device among those of the fleet from now on."""

    def devices(self) -> Sequence[str]:
        """Names of the devices that were ever held for the fleet."""

    def passes_of(self, name: str) -> int:
        """Number of the passes of a device that are there."""

    def is_whole(self, name: str) -> bool:
        """True if a device needs no further pass."""

    def journal_of(self, name: str) -> bytes:
        """The journal of the passes of a device that are there, b"" if there are none."""

    def keep(self, name: str, number: int, result: PassResult) -> None:
        """Keep what is known of a device after a pass."""


@dataclass
class Member:
    """A device of the fleet: its state since `since_s`, its pass, and the reason if it is missing."""

    slot: Slot
    name: str
    state: State = "waits"
    number: int = 0
    since_s: float = 0.0
    pass_s: float | None = None
    reason: str = ""
    printed: str = ""

    @property
    def is_over(self) -> bool:
        """True if nothing more is measured on it."""
        return self.state in ("done", "missing")


@dataclass
class Spreading:
    """The passes of a run on the members of a fleet; each waits for the others after each pass."""

    cluster: Cluster
    store: Store
    members: list[Member]
    arguments: tuple[str, ...]
    passes: int
    timeout_s: int
    clock: Callable[[], float] = time.monotonic
    _by_slot: dict[Slot, Member] = field(init=False, default_factory=dict)

    def steps(self) -> Iterator[None]:
        """Measure all that is missing; between steps the states of members may be shown."""
        self._by_slot = {member.slot: member for member in self.members}
        for member in self._going_on():
            if member.slot.gpu is None and self.store.is_whole(member.name):
                self._set(member, "done")
                continue
            self._set(member, "waits")
            self.cluster.hold(member.slot)
        yield from self._until(lambda: not self._in_state("waits"))
        self._add_absent()
        for number in range(1, self.passes + 1):
            for member in self._going_on():
                if self.store.passes_of(member.name) < number or number == self.passes:
                    self._begin(member, number)
            yield from self._until(lambda: not self._in_state("measures"))

    def left_s(self, member: Member) -> float | None:
        """Seconds that the passes of a member still take; None if none has shown it yet."""
        if member.pass_s is None or member.is_over:
            return None
        running_s = self.clock() - member.since_s if member.state == "measures" else 0.0
        left = self.passes - self.store.passes_of(member.name)
        return max(0.0, left * member.pass_s - running_s)

    def _until(self, is_reached: Callable[[], bool]) -> Iterator[None]:
        yield
        while not is_reached():
            for event in self.cluster.news(TICK_S):
                self._take(self._by_slot[event.slot], event.news)
            self._lose_late_ones()
            yield

    def _add_absent(self) -> None:
        """Add the devices of an earlier time that no member is: GPUs that are not offered any more."""
        named = {member.name for member in self.members}
        for name in self.store.devices():
            if name not in named:
                node = Node(id="", name=name, address="", processors=0, gpus=0)
                is_whole = self.store.is_whole(name)
                absent = Member(Slot(node), name, state="done" if is_whole else "missing")
                absent.reason = "" if is_whole else NOT_HELD
                self.members.append(absent)

    def _begin(self, member: Member, number: int) -> None:
        """Begin a pass; the last is begun, too, if it is there but the device is not whole."""
        try:
            journal = self.store.journal_of(member.name)
        except MemberError as error:
            self._lose(member, str(error))
            return
        task = PassTask(
            arguments=self.arguments,
            number=number,
            passes=self.passes,
            machine=member.name,
            journal=journal,
            timeout_s=self.timeout_s,
        )
        member.number = number
        self._set(member, "measures")
        self.cluster.begin(member.slot, task)

    def _take(self, member: Member, news: Held | PassResult | Lost) -> None:
        if member.is_over:
            return
        try:
            self._take_good(member, news)
        except MemberError as error:
            self._lose(member, str(error))

    def _take_good(self, member: Member, news: Held | PassResult | Lost) -> None:
        """Take news of a member that goes on. Raises MemberError if it cannot."""
        if isinstance(news, Held):
            member.name = news.name
            self.store.add(member.name)
            self._set(member, "ready")
        elif news.reason:
            member.printed = news.printed if isinstance(news, PassResult) else ""
            self._lose(member, news.reason)
        elif isinstance(news, PassResult):
            self.store.keep(member.name, member.number, news)
            member.pass_s = self.clock() - member.since_s
            self._set(member, "ready")
        self._end_if_whole(member)

    def _end_if_whole(self, member: Member) -> None:
        if not member.is_over and self.store.is_whole(member.name):
            self._set(member, "done")
            self.cluster.release(member.slot)

    def _lose_late_ones(self) -> None:
        """Lose the members that are not held in the time of a pass, or whose pass does not come back."""
        for member in self.members:
            taken_s = self.clock() - member.since_s
            if member.state == "waits" and taken_s > self.timeout_s:
                what = "processors were" if member.slot.gpu is None else "GPU was"
                self._lose(member, f"its {what} not free for {self.timeout_s} s (--timeout)")
            elif member.state == "measures" and taken_s > self.timeout_s + GRACE_S:
                self._lose(member, f"does not answer in pass {member.number} (--timeout {self.timeout_s})")

    def _lose(self, member: Member, reason: str) -> None:
        member.reason = reason
        self._set(member, "missing")
        self.cluster.release(member.slot)

    def _set(self, member: Member, state: State) -> None:
        member.state, member.since_s = state, self.clock()

    def _in_state(self, state: State) -> list[Member]:
        return [member for member in self.members if member.state == state]

    def _going_on(self) -> list[Member]:
        return [member for member in self.members if not member.is_over]
