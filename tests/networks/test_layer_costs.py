import threading

import torch
from functional_module import Functional
from torch import nn
from torch.nn import functional

from guidelines.networks.cost.count import count
from guidelines.networks.cost.module import LayerCost
from guidelines.spec.work import Cost


def layers(cost):
    return {layer.path: layer for layer in cost.layers}


def test_a_functional_call_belongs_to_the_module_that_makes_it():
    weight = torch.empty(4, 3, 3, 3)
    cost = count(
        nn.Sequential(nn.ReLU(), Functional(lambda x: functional.conv2d(x, weight.to(x.device)))),
        (1, 3, 6, 6),
    )
    found = layers(cost)["1"]
    assert (found.kind, found.work.multiply_adds, found.work.parameters) == ("Functional", 16 * 108, 0)
    assert found.work.conv_memory_access == 108 + 108 + 64
    assert layers(cost)["0"].work.memory_access == cost.total.work.memory_access - found.work.memory_access


def test_operators_after_a_module_has_returned_belong_to_its_caller():
    cost = count(Functional(lambda x, conv: conv(x) + x, nn.Conv2d(3, 3, 1, bias=False)), (1, 3, 2, 2))
    assert {layer.path: layer.work.memory_access for layer in cost.layers} == {
        "": 3 * 12,
        "layers": 0,
        "layers.0": 12 + 9 + 12,
    }


def test_a_module_called_twice_works_twice_and_has_its_parameters_once():
    conv = nn.Conv2d(3, 3, 1)
    once, twice = count(conv, (1, 3, 5, 5)).total, count(nn.Sequential(conv, conv), (1, 3, 5, 5))
    assert twice.total.work.multiply_adds == 2 * once.work.multiply_adds
    assert (twice.total.operators, twice.total.work.parameters) == (2, once.work.parameters)
    assert layers(twice)["0"].operators == 2


def test_a_parameter_of_two_modules_counts_with_the_first():
    tied = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    tied[1].weight = tied[0].weight
    assert [layer.work.parameters for layer in count(tied, (1, 4)).layers] == [0, 20, 4]


def test_a_layer_that_is_never_called_has_parameters_and_no_work():
    cost = count(Functional(lambda x, layer: x * 2, nn.Linear(4, 4)), (1, 4))
    assert layers(cost)["layers.0"] == LayerCost("layers.0", "Linear", Cost(parameters=20))


def test_layers_are_summed_down_to_a_depth():
    block = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.ReLU())
    cost = count(Functional(lambda x, a, b: a(x) + b(x), block, nn.ReLU()), (1, 3, 2, 2))
    work = {layer.path: (layer.kind, layer.work.memory_access) for layer in cost.to_depth(2)}
    assert work == {
        "": ("Functional", 36),
        "layers": ("ModuleList", 0),
        "layers.0": ("Sequential", 33 + 24),
        "layers.1": ("ReLU", 24),
    }
    assert cost.to_depth(0) == (cost.total,)
    assert cost.to_depth(3) == cost.layers


def test_an_operator_of_unknown_work_is_listed_with_how_often():
    cost = count(Functional(lambda x: torch.fft.fft(torch.fft.fft(x).real) + x), (8,))
    assert cost.uncountable == (("aten._fft_r2c", 2),)
    assert count(nn.ReLU(), (8,)).uncountable == ()


def test_each_layer_says_how_many_of_its_operators_are_of_unknown_work():
    cost = count(nn.Sequential(Functional(torch.fft.fft), nn.ReLU(), Functional(torch.fft.ifft)), (8,))
    assert [layer.uncounted for layer in cost.layers] == [0, 1, 0, 0, 1, 0]
    assert (cost.total.uncounted, cost.to_depth(1)[1].uncounted) == (2, 1)


def test_a_module_in_another_thread_counts_as_unknown_at_its_place():
    def beside(x, a, b):
        found = []
        thread = threading.Thread(target=lambda: found.append(a(x)))
        thread.start()
        thread.join()
        return b(found[0])

    cost = count(Functional(beside, nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)), (1, 3, 2, 2))
    assert cost.uncountable == (("module in another thread", 1),)
    assert {layer.path: layer.uncounted for layer in cost.layers if layer.operators} == {
        "layers.0": 1,
        "layers.1": 0,
    }


def test_ranges_of_a_profiler_are_no_operators():
    def ranged(x):
        with torch.profiler.record_function("a range"):
            return x + 1

    cost = count(Functional(ranged), (4,))
    assert (cost.total.operators, cost.uncountable) == (1, ())
