import gc
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional

from guidelines.networks.parts.part import parts
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.values import repeatable

CPU = torch.device("cpu")
IN_PLACE = {
    "add_": lambda y: y.add_(torch.ones_like(y)),
    "add_ a number": lambda y: y.add_(1),
    "sub_ a number": lambda y: y.sub_(1),
    "mul_": lambda y: y.mul_(y.new_full((6,), 3.0)),
    "mul_ a number": lambda y: y.mul_(3.0),
    "mul_ a small number": lambda y: y.mul_(0.25),
    "div_ a number": lambda y: y.div_(0.5),
    "itself": lambda y: y.mul_(y),
    "addcmul_": lambda y: y.addcmul_(torch.ones_like(y), torch.ones_like(y)),
    "pow_": lambda y: y.pow_(3),
    "silu_": lambda y: functional.silu(y, inplace=True),
    "mish_": lambda y: functional.mish(y, inplace=True),
    "hardswish_": lambda y: functional.hardswish(y, inplace=True),
    "sigmoid_": lambda y: y.sigmoid_(),
    "hardsigmoid_": lambda y: functional.hardsigmoid(y, inplace=True),
    "tanh_": lambda y: y.tanh_(),
    "clamp_": lambda y: y.clamp_(0, 6),
    "relu_": lambda y: y.relu_(),
    "elu_": lambda y: functional.elu(y, inplace=True),
    "exp_": lambda y: y.exp_(),
    "part": lambda y: y[:, 2:].fill_(0.5),
}


def calls(network, count):
    with torch.inference_mode():
        for _ in range(count):
            out = network.run(CPU)
    return out


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_an_operator_in_place_computes_the_same_in_every_call(program, change):
    recorded = program(lambda net, x: change(x.exp()))
    of_change = parts(recorded)[-1]
    network = Replayed(repeatable(of_change.program))
    first = calls(network, 1)[0].clone()
    last = calls(network, 999)[0]
    assert bool(torch.isfinite(last).all())
    assert torch.equal(first, last)
    assert not bool(((last != 0) & (last.abs() < torch.finfo().tiny)).any())


@pytest.mark.parametrize("change", [lambda y: y.add_(1), lambda y: y.mul_(0.5), lambda y: y.add_(y.mean())])
def test_a_buffer_that_a_network_changes_stays_as_it_is(program, change):
    layers = {"buffer": nn.Parameter(torch.ones(8, 1, 1))}
    recorded = program(lambda net, x: x * change(net.buffer), **layers)
    network = Replayed(repeatable(recorded))
    first = calls(network, 1)[0].clone()
    assert torch.allclose(first, calls(network, 99)[0])


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_results_are_of_the_shape_strides_and_type_that_were_recorded(program, layout):
    def forward(net, x):
        y = net.b(net.a(x))
        first, second = y.chunk(2, 1)
        return torch.cat([first.relu(), second], 1).flatten(2).transpose(1, 2)

    recorded = program(forward, layout=layout, a=nn.Conv2d(8, 8, 3), b=nn.BatchNorm2d(8))
    for each in (recorded, *(part.program for part in parts(recorded))):
        out = calls(Replayed(repeatable(each)), 1)
        for slot, result in zip(each.outputs, out, strict=True):
            spec = recorded.tensors[slot.index]
            assert (tuple(result.shape), str(result.dtype)) == (spec.shape, f"torch.{spec.dtype}")
            if 0 not in spec.shape:
                assert result.stride() == spec.stride


def test_an_operator_gets_an_input_with_the_strides_that_it_had(program):
    recorded = program(lambda net, x: torch.relu(x[:, ::2, :, 1:].transpose(1, 2)))
    alone = parts(recorded)[0].program
    assert calls(Replayed(alone), 1)[0].shape == (1, 6, 4, 5)
    assert recorded.tensors[alone.calls[0].read[0].index].stride == (288, 6, 72, 1)


def test_a_mask_of_infinite_numbers_gives_finite_results(program):
    def forward(net, x):
        return x.masked_fill(x > 2, float("-inf")).softmax(-1)

    masked = next(part for part in parts(program(forward)) if "masked_fill" in part.operator)
    assert bool(torch.isfinite(calls(Replayed(repeatable(masked.program)), 1)[0]).all())


def test_two_programs_of_the_same_parts_compute_with_the_same_values(program):
    part = parts(program(lambda net, x: net.a(x), a=nn.Conv2d(8, 8, 3)))[0]
    other = Replayed(part.program, like=part.program)
    assert torch.equal(calls(Replayed(part.program), 1)[0], calls(other, 1)[0])


def test_its_input_tells_the_device_alone(program):
    part = parts(program(lambda net, x: net.a(x), a=nn.Conv2d(8, 4, 3)))[0]
    with torch.inference_mode():
        assert Replayed(part.program).eval()(torch.empty(1, 1, 1, 1)).shape == (1, 4, 4, 4)
    assert Replayed(part.program)(torch.empty(1, device="meta")).is_meta


def test_it_is_ready_for_calls_once_it_is_moved_to_a_device(program):
    network = Replayed(parts(program(lambda net, x: x.relu()))[0].program)
    assert not network._values
    assert network.to("cpu")._values


def test_getting_ready_calls_it_on_other_tensors_and_reads_its_inputs(program, monkeypatch):
    recorded = program(lambda net, x: net.conv(x.exp()), conv=nn.Conv2d(8, 8, 1))
    of_conv = parts(recorded)[-1].program
    network = Replayed(repeatable(of_conv))
    expected = network.run(CPU)[0].clone()
    used, read = [], []
    function, total = network._function, torch.Tensor.sum
    monkeypatch.setattr(network, "_function", lambda *given: used.append(given) or function(*given))
    monkeypatch.setattr(torch.Tensor, "sum", lambda given: read.append(given) or total(given))
    network.get_ready()
    assert torch.equal(network.run(CPU)[0], expected)
    before, timed = used
    assert [each.shape for each in before] == [each.shape for each in timed]
    assert {each.data_ptr() for each in before}.isdisjoint(each.data_ptr() for each in timed)
    [inputs] = read
    assert any(inputs is each for each in timed)
    assert inputs.shape == (1, 8, 6, 6)


def test_programs_share_the_tensors_that_make_them_ready_as_long_as_they_are_there(program):
    recorded = program(lambda net, x: net.conv(x.exp()), conv=nn.Conv2d(8, 8, 1))
    networks = [Replayed(repeatable(parts(recorded)[-1].program)) for _ in range(2)]
    for network in networks:
        network.run(CPU)
        network.get_ready()
    first, second = (network._others for network in networks)
    assert first.keys() == second.keys()
    assert all(first[index] is second[index] for index in first)
    watched = weakref.ref(next(iter(first.values())))
    del networks, network, first, second
    gc.collect()
    assert watched() is None
