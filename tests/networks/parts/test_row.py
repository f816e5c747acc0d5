import pytest
import torch
from torch import nn

from guidelines.networks.parts import row as row_module
from guidelines.networks.parts.row import Row
from guidelines.networks.parts.values import repeatable

CPU = torch.device("cpu")


@pytest.fixture
def clock(monkeypatch):
    """A clock on which each operator takes the next of some seconds, over and over."""
    state = {"now": 0.0, "looks": 0, "takes": [1.0]}

    def perf_counter():
        if state["looks"] % 2:
            takes = state["takes"]
            state["now"] += takes[state["looks"] // 2 % len(takes)]
        state["looks"] += 1
        return state["now"]

    monkeypatch.setattr(row_module.time, "perf_counter", perf_counter)
    return state


@pytest.fixture
def row(program):
    """A row of a convolution, a view and a ReLU."""

    def row(*names):
        recorded = program(lambda net, x: net.conv(x).flatten(1).relu(), conv=nn.Conv2d(8, 4, 1))
        assert [call.name for call in recorded.calls] == ["convolution", "view", "relu"]
        made = Row(repeatable(recorded), names)
        with torch.inference_mode():
            made.run(CPU)
        return made

    return row


def called(row, clock, *takes):
    """Calls it, its operators taking so many seconds each."""
    clock |= {"looks": 0, "takes": takes}
    with torch.inference_mode():
        return row.run(CPU)


def test_each_operator_has_its_share_of_a_call(row, clock):
    made = row("conv", "", "relu")
    for _ in range(9):
        called(made, clock, 6.0, 1.0, 3.0)
    assert made.shares() == pytest.approx({"conv": 0.6, "relu": 0.3})


def test_operators_of_one_name_count_together(row, clock):
    made = row("both", "", "both")
    for _ in range(9):
        called(made, clock, 6.0, 1.0, 3.0)
    assert made.shares() == pytest.approx({"both": 0.9})


def test_a_call_that_was_held_up_does_not_count(row, clock):
    made = row("conv", "", "relu")
    for _ in range(9):
        called(made, clock, 6.0, 1.0, 3.0)
    for _ in range(3):
        called(made, clock, 6.0, 1.0, 90.0)
    assert made.shares() == pytest.approx({"conv": 0.6, "relu": 0.3})


def test_it_computes_what_the_program_computes(row, clock):
    made = row("conv", "", "relu")
    first = called(made, clock, 1.0)[0]
    assert first.shape == (1, 144)
    assert torch.equal(first, called(made, clock, 2.0)[0])


def test_another_device_begins_anew(row, clock):
    made = row("conv", "", "relu")
    called(made, clock, 6.0, 1.0, 3.0)
    made.run(torch.device("meta"))
    assert len(made.shares()) == 2
    assert len(made._kept) == 1


def test_before_any_call_no_share_is_known(program):
    recorded = program(lambda net, x: x.relu())
    assert Row(recorded, ["relu"]).shares() == {}
