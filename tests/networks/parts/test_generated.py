import weakref
from math import inf, nan

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.networks.parts.generated import generated

CPU = torch.device("cpu")


class Living(TorchDispatchMode):
    """Keeps, for each operator, which results of the operators before it are still there."""

    def __init__(self):
        super().__init__()
        self.living, self._results = {}, {}

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        name = operator.name().removeprefix("aten::").partition(".")[0]
        self.living[name] = {each for each, result in self._results.items() if result() is not None}
        out = operator(*args, **(kwargs or {}))
        self._results[name] = weakref.ref(out)
        return out


def values_of(known, function=torch.rand):
    return [function(known.tensors[index].shape) for index in known.given]


def test_a_tensor_is_freed_after_the_last_call_that_uses_it(program):
    known = program(lambda net, x: net.a(x).relu().exp() + x, a=nn.Conv2d(8, 8, 1))
    function, given = generated(known, known.given, CPU), values_of(known)
    with Living() as seen:
        function(*given)
    assert seen.living == {"convolution": set(), "relu": {"convolution"}, "exp": {"relu"}, "add": {"exp"}}


def test_it_computes_what_the_calls_do(program):
    def network(net, x):
        first, second = x.split([3, 5], 1)
        value, place = second.max(1, keepdim=True)
        return torch.cat([first.exp().mul_(2), value + place], 1)

    known = program(network)
    x = torch.rand(known.tensors[known.given[0]].shape)
    expected = network(None, x.clone())
    assert torch.equal(generated(known, known.given, CPU)(x)[0], expected)


def test_a_device_among_the_arguments_is_the_one_that_is_asked_for(program):
    known = program(lambda net, x: x + torch.ones(8, 1, 1, device=x.device))
    (out,) = generated(known, known.given, torch.device("meta"))(
        *values_of(known, lambda shape: torch.empty(shape, device="meta"))
    )
    assert out.is_meta


@pytest.mark.parametrize("number", [complex(1, inf), complex(nan, 0), complex(1, 2)])
def test_complex_numbers_are_those_that_were_recorded(program, number):
    known = program(lambda net, x: torch.full((2,), number) * 1)
    (out,) = generated(known, known.given, CPU)(*values_of(known))
    assert str(out) == str(torch.full((2,), number) * 1)


def test_an_operator_whose_name_is_no_code_is_called(program):
    known = program(lambda net, x: torch.empty_like(x).random_(3, 4) * x)
    assert "aten.random_.from" in [str(call.operator) for call in known.calls]
    (x,) = values_of(known)
    assert torch.equal(generated(known, known.given, CPU)(x)[0], 3 * x)


class Bend(nn.Module):
    """Holds what it is given until it returns, as each function of Python does."""

    def forward(self, x):
        return x.exp().sigmoid().neg()


def test_what_a_function_of_the_network_is_given_lives_until_it_returns(program):
    known = program(lambda net, x: net.bend(x.relu()).cos(), bend=Bend())
    assert [(call.name, len(call.freed)) for call in known.calls] == [
        *(("relu", 0), ("exp", 0), ("sigmoid", 0)),
        *(("neg", 1), ("cos", 2)),
    ]
    function, given = generated(known, known.given, CPU), values_of(known)
    with Living() as seen:
        function(*given)
    assert seen.living == {
        "relu": set(),
        "exp": {"relu"},
        "sigmoid": {"relu", "exp"},
        "neg": {"relu", "sigmoid"},
        "cos": {"neg"},
    }
