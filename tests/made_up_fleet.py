"""Clusters that do not exist, with nodes that do as they are told."""

import json
from contextlib import contextmanager

from guidelines import __version__
from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.nodes import Node
from guidelines.fleet.probe import Facts
from guidelines.fleet.spreading import Event, Held

GIB = 2**30
FACTS = Facts(
    python="3.11.7",
    suite=__version__,
    torch="2.6.0",
    lacking=(),
    folder="/tmp",
    disk_bytes=10 * GIB,
    memory_bytes=10 * GIB,
)


def nodes(*names, gpus=0):
    return [
        Node(id=f"id of {name}", name=name, address=f"10.0.0.{index}", processors=4, gpus=gpus)
        for index, name in enumerate(names)
    ]


def passed(number, passes, content=None):
    """The result of a pass, whose file says no more than its number, or has a content."""
    content = content or {"benchmarks": [number], "guidelines": {}}
    partial = {} if number == passes else {"partial": {}}
    saved = json.dumps({**content, "guidelines": {**content["guidelines"], **partial}})
    return PassResult(journal=f"journal {number}".encode(), saved=saved.encode())


class FakeCluster:
    """Gives back each pass after the seconds that its node takes; `deals` have news in place of it.

    A deal is under the name of a device and the number of a pass, 0 for its holding: an event's news, None
    if nothing ever comes back, or an exception to raise. `content_of` gives the content of a device's file.
    """

    def __init__(
        self, nodes, clock=None, facts=None, took_s=None, deals=None, nodes_raise=None, content_of=None
    ):
        self.packages = {}
        self.log, self.tasks, self.held = [], [], set()
        self._nodes, self._clock = nodes, clock
        self._facts, self._took_s, self._deals = facts or {}, took_s or {}, deals or {}
        self._nodes_raise, self._content_of = nodes_raise, content_of or (lambda name: None)
        self._due = []

    def nodes(self):
        if self._nodes_raise:
            raise self._nodes_raise
        return list(self._nodes)

    def look(self, nodes):
        return {node: self._facts.get(node.name, FACTS) for node in nodes}

    def hold(self, slot):
        self.held.add(slot)
        name = slot.node.name if slot.gpu is None else f"{slot.node.name}-gpu{slot.gpu + 4}"
        self._add(slot, (name, 0), Held(name))

    def begin(self, slot, task):
        assert slot in self.held
        self.log.append((task.machine, task.number))
        self.tasks.append(task)
        content = self._content_of(task.machine)
        self._add(slot, (task.machine, task.number), passed(task.number, task.passes, content))

    def release(self, slot):
        self.held.discard(slot)
        self._due = [(at_s, event) for at_s, event in self._due if event.slot != slot]

    def news(self, wait_s):
        now_s = self._now_s() + wait_s
        if self._clock:
            self._clock.now_s = now_s
        events = [event for at_s, event in self._due if at_s <= now_s or not self._clock]
        self._due = [each for each in self._due if each[1] not in events]
        return events

    def _add(self, slot, key, usual):
        news = self._deals.get(key, usual)
        if isinstance(news, BaseException):
            raise news
        if news is not None:
            self._due.append((self._now_s() + self._took_s.get(key[0], 0), Event(slot, news)))

    def _now_s(self):
        return self._clock.now_s if self._clock else 0


def connecting(cluster):
    """A stand-in for `cluster.connected`."""

    @contextmanager
    def connected(address, environment):
        yield cluster

    return connected
