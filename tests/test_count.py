import importlib
import threading
import warnings
from collections import Counter
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from guidelines.networks.cost.count import count
from guidelines.networks.cost.module import LayerCost
from guidelines.networks.cost.trace import LayerError
from guidelines.networks.registry import build
from guidelines.spec import Condition, Cost

MODULES = ("test_g1_channel_ratio", "test_g2_group_count", "test_g3_fragmentation", "test_g4_elementwise")
# Of each kind of operator that families differ in: groups, shuffles, concatenations, additions, products.
NETWORKS = ("shufflenet_v1_x0_5_g8", "shufflenet_v2_x1_0", "mobilenet_v2_x0_75", "densenet121", "alexnet")


class Functional(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, function, *layers):
        super().__init__()
        self.function = function
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        return self.function(x, *self.layers)


def image(name):
    return (1, 3, *[227 if name == "alexnet" else 224] * 2)


def layers(cost):
    return {layer.path: layer for layer in cost.layers}


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
@pytest.mark.parametrize("module", MODULES)
def test_every_variant_of_the_experiments_costs_what_its_closed_form_says(module, device):
    condition = Condition(device, "", image_size=6, batch_size=2)
    for sweep in importlib.import_module(f"experiments.{module}").sweeps(condition):
        for variant in sweep.variants:
            found, declared = (
                count(variant.build, (2, variant.channels[0], 6, 6)).total,
                variant.cost(condition),
            )
            assert found.work == declared


@pytest.mark.parametrize("name", NETWORKS)
def test_multiply_adds_are_half_of_what_torchs_counter_says(name):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        build(name)(torch.empty(image(name)))
    assert 2 * count(partial(build, name), image(name)).total.work.multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize("name", NETWORKS)
def test_multiply_adds_and_memory_access_are_what_plain_hooks_say(name):
    found = Counter()

    def hook(layer, inputs, y):
        filters = layer.weight.numel() // layer.weight.shape[0]
        found["multiply_adds"] += y.numel() * filters
        found["memory_access"] += inputs[0].numel() + layer.weight.numel() + y.numel()

    with torch.device("meta"):
        network = build(name)
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                layer.register_forward_hook(hook)
        network(torch.empty(image(name)))
    total = count(partial(build, name), image(name)).total
    assert total.work.multiply_adds == found["multiply_adds"]
    assert total.work.conv_memory_access == found["memory_access"]
    assert total.work.parameters == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("name", NETWORKS[:3])
def test_real_tensors_cost_what_the_meta_device_says(name):
    def built():
        torch.ones(1).item()  # only a real tensor has a value
        return build(name)

    real, meta = count(built, (1, 3, 64, 64)), count(partial(build, name), (1, 3, 64, 64))
    assert (real.device, meta.device) == ("cpu", "meta")
    assert real.layers == meta.layers


def test_inference_mode_changes_nothing():
    build_it = partial(build, "shufflenet_v2_x0_5")
    plain = count(build_it, (1, 3, 64, 64))
    with torch.inference_mode():
        assert count(build_it, (1, 3, 64, 64)) == plain
    inside = Functional(torch.inference_mode()(lambda x, network: network(x)), build_it())
    assert count(inside, (1, 3, 64, 64)).total.work.memory_access == plain.total.work.memory_access


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


def test_a_batch_multiplies_all_but_the_weights():
    one, four = (count(nn.Conv2d(3, 8, 3, bias=False), (n, 3, 9, 9)).total for n in (1, 4))
    assert four.work.multiply_adds == 4 * one.work.multiply_adds
    assert four.work.memory_access - 216 == 4 * (one.work.memory_access - 216)


def test_dropout_and_statistics_are_those_of_evaluation():
    module = nn.Sequential(nn.Dropout(), nn.BatchNorm2d(3))
    assert module.training
    cost = count(module, (1, 3, 4, 4))
    assert [layer.operators for layer in cost.layers] == [0, 0, 1]
    assert cost.total.work.memory_access == 2 * 48 + 4 * 3


@pytest.fixture
def fickle():
    """A module with state that needs real tensors, and fails for what is not 3 wide."""

    class Fickle(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 3)
            self.register_buffer("calls", torch.zeros(1))

        def forward(self, x):
            self.calls += 1
            return self.linear(x) * self.calls.item()

    return Fickle


@pytest.mark.parametrize("shape", [(1, 3), (1, 4)])
def test_nothing_of_the_callers_is_changed_even_by_errors(fickle, shape):
    module = nn.Sequential(fickle(), nn.Dropout())
    module[0].eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    random_state = torch.get_rng_state()
    if shape == (1, 3):
        assert count(module, shape).device == "cpu"
    else:
        with pytest.raises(LayerError):
            count(module, shape)
    assert [inner.training for inner in module.modules()] == [True, False, False, True]
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(p.requires_grad and p.device.type == "cpu" for p in module.parameters())
    assert torch.equal(random_state, torch.get_rng_state())
    assert not any(inner._forward_hooks or inner._forward_pre_hooks for inner in module.modules())
    assert torch.is_grad_enabled()


def test_what_the_meta_device_cannot_do_is_counted_with_real_tensors_and_said(fickle):
    cost = count(nn.Sequential(fickle()), (1, 3))
    assert cost.device == "cpu"
    assert cost.note.startswith("layer 0 (Fickle): got (1, 3): RuntimeError: Tensor.item() cannot be called")
    assert cost.total.work.multiply_adds == 9


def test_a_module_that_is_built_with_values_is_counted_with_real_tensors_and_said():
    def built():
        if torch.zeros(1).item() == 0:
            return nn.Linear(3, 3)
        raise AssertionError

    cost = count(built, (1, 3))
    assert (cost.device, cost.total.work.multiply_adds) == ("cpu", 9)
    assert cost.note == "RuntimeError: Tensor.item() cannot be called on meta tensors"


def test_weights_that_are_made_on_the_cpu_are_taken_to_the_meta_device():
    cost = count(lambda: nn.Linear(3, 3, device="cpu"), (1, 3))
    assert (cost.device, cost.note) == ("meta", "")


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


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_an_input_has_the_type_of_the_parameters(dtype):
    assert count(nn.Conv2d(3, 4, 3).to(dtype), (1, 3, 8, 8)).device == "meta"


def test_what_torch_exports_scripts_or_compiles_costs_what_it_was_made_of():
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    expected = count(plain, (1, 3, 8, 8)).total
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", "Using `torch.compile", UserWarning)
        for made in (
            torch.export.export(plain, (torch.zeros(1, 3, 8, 8),)).module(),
            torch.jit.script(plain),
            torch.compile(plain),
        ):
            found = count(made, (1, 3, 8, 8)).total
            assert (found.work.multiply_adds, found.work.memory_access, found.operators) == (
                expected.work.multiply_adds,
                expected.work.memory_access,
                expected.operators,
            )


@pytest.mark.parametrize(
    ("module", "shape", "message"),
    [
        (nn.Conv2d(3, 8, 3), (1, 4, 9, 9), "Conv2d: got (1, 4, 9, 9), it takes (n, 3, ...)"),
        (
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.Sequential(nn.ReLU(), nn.Conv2d(4, 8, 1))),
            (1, 3, 9, 9),
            "layer 1.1 (Conv2d): got (1, 8, 7, 7), it takes (n, 4, ...)",
        ),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(27, 2)),
            (1, 3, 4, 4),
            "layer 1 (Linear): got (1, 48), it takes (..., 27)",
        ),
        (nn.BatchNorm2d(4), (1, 3, 2, 2), "BatchNorm2d: got (1, 3, 2, 2), it takes (n, 4, ...)"),
        (
            nn.Sequential(nn.Conv2d(3, 8, 7)),
            (1, 3, 5, 5),
            "layer 0 (Conv2d): got (1, 3, 5, 5): RuntimeError: Calculated padded input size per channel: "
            "(5 x 5). Kernel size: (7 x 7). Kernel size can't be greater than actual input size",
        ),
        (
            nn.Sequential(nn.Bilinear(3, 4, 5)),
            (1, 3),
            "layer 0 (Bilinear): got (1, 3): TypeError: Bilinear.forward() missing 1 required positional "
            "argument: 'input2'",
        ),
        (
            nn.Sequential(Functional(lambda x, a: a(x).view(5, 5), nn.ReLU())),
            (1, 3),
            "layer 0 (Functional): got (1, 3): RuntimeError: shape '[5, 5]' is invalid for input of size 3",
        ),
        (
            Functional(lambda x, a: a(input=x), nn.Conv2d(3, 8, 3)),
            (1, 4, 9, 9),
            "layer layers.0 (Conv2d): got (1, 4, 9, 9), it takes (n, 3, ...)",
        ),
        (
            nn.Conv2d(3, 8, 3),
            (4, 9, 9),
            "Conv2d: got (4, 9, 9): RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input"
            "[1, 4, 9, 9] to have 3 channels, but got 4 channels instead",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 8, 7)),
            (3, 5, 5),
            "layer 0 (Conv2d): got (3, 5, 5): RuntimeError: Calculated padded input size per channel: (5 x 5)"
            ". Kernel size: (7 x 7). Kernel size can't be greater than actual input size",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_said_of_the_layer_with_both_shapes(module, shape, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared
        count(module, shape)
    assert str(caught.value) == message


def test_the_layer_is_right_after_an_error_that_was_handled_and_beside_one_that_is_being_handled():
    def second(x, a, b, c):
        try:
            return a(x)
        except RuntimeError:
            return c(b(x))

    module = Functional(second, nn.Linear(9, 1), nn.Linear(3, 4), nn.Linear(5, 1))
    try:
        raise KeyError
    except KeyError:
        with pytest.raises(LayerError, match=r"^layer layers\.2 \(Linear\): got \(1, 4\), it takes"):
            count(module, (1, 3))


def test_a_module_that_cannot_be_copied_is_named_with_the_reason():
    module = nn.Identity()
    module.thread = threading.Lock()
    with pytest.raises(ValueError, match=r"^Identity cannot be copied: TypeError: cannot pickle"):
        count(module, (1, 3))


@pytest.mark.parametrize("target", [nn.LazyLinear(3), partial(nn.LazyBatchNorm2d, affine=False)])
def test_lazy_layers_are_refused_as_the_first_call_of_them_does_more(target):
    with pytest.raises(ValueError, match=r"^Lazy\w+ has lazy layers; it can be counted after a first call$"):
        count(target, (1, 3))


def test_a_network_that_ends_the_program_is_an_error_of_its_own():
    def leave(x):
        raise SystemExit(3)

    with pytest.raises(LayerError, match=r"^layer 0 \(Functional\): got \(1, 3\): SystemExit: 3$"):
        count(nn.Sequential(Functional(leave)), (1, 3))


def test_a_shape_that_does_not_fit_is_not_tried_with_real_tensors():
    devices = []

    def built():
        devices.append(torch.empty(0).device.type)
        return nn.Linear(3, 3)

    with pytest.raises(LayerError):
        count(built, (1, 4))
    assert devices == ["meta"]


def test_two_ways_of_memory_access_are_as_far_apart_as_elsewhere_for_shufflenet():
    total = count(partial(build, "shufflenet_v2_x1_0"), (1, 3, 224, 224)).total
    assert round(total.work.conv_memory_access / 1e6, 1) == 6.3
    assert 15e6 < total.work.memory_access < 18e6
