import pytest
from made_up_fleet import FakeCluster, nodes, passed

from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.spreading import GRACE_S, Lost, Member, Slot, Spreading

TIMEOUT_S = 100


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


class Store:
    """Keeps the numbers of passes; three make a device whole."""

    def __init__(self, **passes):
        self.passes, self.journals, self.known = passes, {}, list(passes)

    def add(self, name):
        self.known.append(name)

    def devices(self):
        return self.known

    def passes_of(self, name):
        return self.passes.get(name, 0)

    def is_whole(self, name):
        return self.passes_of(name) >= 3

    def journal_of(self, name):
        return self.journals.get(name, b"")

    def keep(self, name, number, result):
        self.passes[name], self.journals[name] = number, result.journal


class Fleet:
    """A fleet on nodes that do not exist, measured to its end."""

    def __init__(self, *names, store=None, gpus=0, **how):
        self.clock, self.store = Clock(), store or Store()
        there = nodes(*names, gpus=gpus)
        self.cluster = FakeCluster(there, self.clock, **how)
        slots = [Slot(node) for node in there]
        if gpus:
            slots = [Slot(there[0], gpu) for gpu in range(gpus)]
        self.spreading = Spreading(
            cluster=self.cluster,
            store=self.store,
            members=[Member(slot, slot.node.name) for slot in slots],
            arguments=("G1",),
            passes=3,
            timeout_s=TIMEOUT_S,
            clock=self.clock,
        )
        self.states = []
        for _ in self.spreading.steps():
            self.states.append([member.state for member in self.spreading.members])

    @property
    def reasons(self):
        return {each.name: each.reason for each in self.spreading.members if each.state == "missing"}


def test_each_node_has_one_pass_before_any_has_the_second():
    fleet = Fleet("n1", "n2", "n3", took_s={"n2": 7, "n3": 2})
    passes = [number for _, number in fleet.cluster.log]
    assert passes == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert fleet.states[-1] == ["done", "done", "done"]
    assert not fleet.cluster.held
    assert fleet.store.passes == {"n1": 3, "n2": 3, "n3": 3}


def test_a_pass_begins_with_the_journal_of_those_before():
    fleet = Fleet("n1")
    assert [task.journal for task in fleet.cluster.tasks] == [b"", b"journal 1", b"journal 2"]
    (task, *_) = fleet.cluster.tasks
    assert (task.arguments, task.passes, task.machine, task.timeout_s) == (("G1",), 3, "n1", TIMEOUT_S)


def test_what_is_there_is_not_measured_again():
    fleet = Fleet("n1", "n2", "n3", store=Store(n1=3, n2=1))
    assert fleet.cluster.log == [("n3", 1), ("n2", 2), ("n3", 2), ("n2", 3), ("n3", 3)]
    assert fleet.states[0] == ["done", "waits", "waits"]


def test_a_device_that_is_whole_early_is_released_early():
    fleet = Fleet("n1", deals={("n1", 2): passed(2, 2)}, store=EarlyStore())
    assert fleet.cluster.log == [("n1", 1), ("n1", 2)]
    assert not fleet.cluster.held


class EarlyStore(Store):
    def is_whole(self, name):
        return self.passes_of(name) == 2


def test_a_node_that_is_lost_is_named_and_the_others_go_on():
    fleet = Fleet("n1", "n2", "n3", deals={("n2", 2): Lost("is gone"), ("n3", 0): Lost("never came")})
    assert fleet.reasons == {"n2": "is gone", "n3": "never came"}
    assert fleet.store.passes == {"n1": 3, "n2": 1}
    assert not fleet.cluster.held


def test_a_pass_that_fails_leaves_its_reason_and_what_it_printed():
    failed = PassResult(reason="cannot", printed="E  cannot")
    fleet = Fleet("n1", "n2", deals={("n1", 1): failed})
    (first, _) = fleet.spreading.members
    assert (first.state, first.reason, first.printed) == ("missing", "cannot", "E  cannot")
    assert fleet.store.passes == {"n2": 3}


def test_a_node_that_others_hold_is_given_up_after_the_time_of_a_pass():
    fleet = Fleet("n1", "n2", deals={("n2", 0): None})
    assert fleet.reasons == {"n2": "its processors were not free for 100 s (--timeout)"}
    assert fleet.store.passes == {"n1": 3}


def test_a_node_that_does_not_answer_is_given_up():
    fleet = Fleet("n1", "n2", deals={("n2", 1): None})
    assert fleet.reasons == {"n2": "does not answer in pass 1 (--timeout 100)"}
    assert fleet.clock.now_s < 1000 + TIMEOUT_S + GRACE_S + 10


def test_a_gpu_has_its_name_when_it_is_held():
    fleet = Fleet("n1", gpus=2, store=Store(**{"n1-gpu5": 3}))
    assert [member.name for member in fleet.spreading.members] == ["n1-gpu4", "n1-gpu5"]
    assert fleet.cluster.log == [("n1-gpu4", 1), ("n1-gpu4", 2), ("n1-gpu4", 3)]
    assert not fleet.cluster.held


@pytest.mark.parametrize(
    ("there", "state", "left_s"), [(1, "ready", 20), (2, "measures", 6), (3, "done", None)]
)
def test_the_time_left_is_that_of_the_passes_left(there, state, left_s):
    fleet = Fleet("n1", store=Store(n1=3))
    fleet.store.passes["n1"] = there
    (member,) = fleet.spreading.members
    assert fleet.spreading.left_s(member) is None
    member.state, member.pass_s, member.since_s = state, 10.0, fleet.clock.now_s - 4
    assert fleet.spreading.left_s(member) == left_s
