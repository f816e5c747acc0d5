import pytest
import torch
from torch import nn

from guidelines.networks.parts import row as row_module
from guidelines.networks.parts.row import Row
from guidelines.networks.parts.values import repeatable

CPU = torch.device("cpu")


LOOK_S = 0.125


@pytest.fixture
def clock(monkeypatch):
    """A clock on which each operator takes the next of some seconds, over and over, and a look its own."""
    state = {"now": 0.0, "looks": 0, "takes": [0.0]}

    def perf_counter():
        if state["looks"] % 2:
            takes = state["takes"]
            state["now"] += takes[state["looks"] // 2 % len(takes)] + LOOK_S
        state["looks"] += 1
        return state["now"]

    monkeypatch.setattr(row_module.time, "perf_counter", perf_counter)
    return state


@pytest.fixture
def row(program, clock):
    """A row of a convolution, a view and a ReLU."""

    def row(*names):
        recorded = program(lambda net, x: net.conv(x).flatten(1).relu(), conv=nn.Conv2d(8, 4, 1))
        assert [call.name for call in recorded.calls] == ["convolution", "view", "relu"]
        made = Row(repeatable(recorded), names)
        with torch.inference_mode():
            made.run(CPU)
        made.forget()
        return made

    return row


def called(row, clock, *takes):
    """Calls it, its operators taking so many seconds each."""
    clock |= {"looks": 0, "takes": takes}
    with torch.inference_mode():
        return row.run(CPU)


def test_each_operator_has_the_seconds_of_all_calls_without_the_looks(row, clock):
    made = row("conv", "", "relu")
    for _ in range(2):
        called(made, clock, 6.0, 1.0, 3.0)
    assert made.part_seconds() == {"conv": 12.0, "relu": 6.0}


def test_operators_of_one_name_count_together(row, clock):
    made = row("both", "", "both")
    called(made, clock, 6.0, 1.0, 3.0)
    assert made.part_seconds() == {"both": 9.0}


def test_what_was_before_is_forgotten(row, clock):
    made = row("conv", "", "relu")
    called(made, clock, 90.0, 1.0, 3.0)
    made.forget()
    called(made, clock, 6.0, 1.0, 3.0)
    assert made.part_seconds() == {"conv": 6.0, "relu": 3.0}


def test_it_computes_what_the_program_computes(row, clock):
    made = row("conv", "", "relu")
    first = called(made, clock, 1.0)[0]
    assert first.shape == (1, 144)
    assert torch.equal(first, called(made, clock, 2.0)[0])


def test_another_device_begins_anew(row, clock):
    made = row("conv", "", "relu")
    called(made, clock, 6.0, 1.0, 3.0)
    clock |= {"looks": 0, "takes": [0.0]}
    made.run(torch.device("meta"))
    assert made.part_seconds() == {"conv": 0.0, "relu": 0.0}
