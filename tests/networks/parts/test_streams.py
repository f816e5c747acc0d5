from contextlib import contextmanager

import pytest
import torch
from torch import nn

from guidelines.networks.parts import streams
from guidelines.networks.parts.part import parts
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.streams import OnStreams, has_streams, new_streams
from guidelines.spec.condition import Condition, Device

CPU = torch.device("cpu")
BEFORE, USED = "inputs are written", "results are used"


class Stream:
    """A stream that knows what is done before its next work begins."""

    def __init__(self):
        self.done = set()

    def record_event(self):
        return frozenset(self.done)

    def wait_event(self, event):
        self.done |= event

    def wait_stream(self, other):
        self.done |= other.done


class FakeCuda:
    """The streams of a device, and each call that ran: its stream, and what was done before it."""

    def __init__(self):
        self.default = self.current = Stream()
        self.created, self.calls = [], []

    def new_streams(self, device, count):
        self.created += [Stream() for _ in range(count)]
        return self.created[-count:]

    @contextmanager
    def stream(self, stream):
        before, self.current = self.current, stream
        yield
        self.current = before

    def take(self, step, values):
        self.calls.append((self.current, frozenset(self.current.done)))
        self.current.done.add(f"call {len(self.calls)}")
        take(step, values)


take = streams.take


@pytest.fixture
def cuda(monkeypatch):
    fake = FakeCuda()
    monkeypatch.setattr(streams, "new_streams", fake.new_streams)
    monkeypatch.setattr(streams, "take", fake.take)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: fake.current)
    monkeypatch.setattr(torch.cuda, "stream", fake.stream)
    return fake


@pytest.fixture
def fragments(program):
    """The part of three convolutions of one tensor."""
    layers = nn.ModuleList(nn.Conv2d(8, width, 3) for width in (8, 4, 16))

    def forward(net, x):
        return sum(layer(x).sum() for layer in net.layers)

    def fragments(**options):
        return parts(program(forward, layers=layers), **options)[0]

    return fragments


def test_fragments_are_tried_on_streams_where_there_are_any(fragments):
    texts = [remedy.text for remedy in fragments(has_streams=True).remedies]
    assert texts == ["as one wider operator", "each on a stream of its own"]
    assert not any(remedy.on_streams for remedy in fragments().remedies)


@pytest.mark.parametrize(
    ("device", "mode", "there_are"),
    [
        ("cuda:0", "eager", True),
        ("cuda:1", "cudagraph", True),
        ("cuda:0", "compile", False),
        ("cpu", "eager", False),
    ],
)
def test_a_network_chooses_streams_on_cuda_unless_it_is_compiled(device, mode, there_are):
    assert has_streams(Condition(Device(device), "", mode=mode)) is there_are


def test_each_fragment_runs_on_a_stream_of_its_own_between_fork_and_join(cuda, fragments):
    cuda.default.done.add(BEFORE)
    with torch.inference_mode():
        OnStreams(fragments().program).run(CPU)
    assert [stream for stream, _ in cuda.calls] == cuda.created
    assert len(set(cuda.created)) == 3
    for _, done in cuda.calls:
        assert done == {BEFORE}  # none waits for another one
    assert cuda.default.done == {BEFORE, "call 1", "call 2", "call 3"}
    assert cuda.current is cuda.default


def test_the_memory_of_a_result_is_used_again_after_all_that_reads_it(cuda, fragments):
    network = OnStreams(fragments().program)
    with torch.inference_mode():
        network.run(CPU)
        cuda.default.done.add(USED)
        network.run(CPU)
    assert len(cuda.created) == 3  # the streams stay
    for _, done in cuda.calls[3:]:
        assert USED in done
        assert {"call 1", "call 2", "call 3"} <= done


def test_results_are_those_of_the_fragments(cuda, fragments):
    part = fragments(has_streams=True)
    [remedy] = [remedy for remedy in part.remedies if remedy.on_streams]
    with torch.inference_mode():
        expected = Replayed(part.program).run(CPU)
        given = OnStreams(remedy.program, like=part.program).run(CPU)
    assert len(given) == 3
    assert all(map(torch.equal, given, expected))


def test_without_streams_the_calls_run_one_after_the_other(fragments):
    program = fragments().program
    with torch.inference_mode():
        given = OnStreams(program).run(CPU)
        assert all(map(torch.equal, given, Replayed(program).run(CPU)))
        assert OnStreams(program).run(torch.device("meta"))[0].is_meta
    assert new_streams(CPU, 3) == ()


@pytest.mark.cuda
def test_on_a_device_results_are_those_of_the_fragments(fragments):
    program, device = fragments().program, torch.device("cuda:0")
    with torch.inference_mode():
        expected = Replayed(program).run(device)
        network = OnStreams(program)
        for _ in range(100):
            given = network.run(device)
        for one, other in zip(given, expected, strict=True):
            torch.testing.assert_close(one, other)
