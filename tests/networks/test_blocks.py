import importlib
from dataclasses import replace

import pytest
import torch

from guidelines.measure.device.declared import check_work
from guidelines.measure.device.timing import build
from guidelines.networks import blocks
from guidelines.spec.condition import Condition

MODULES = ("test_g1_channel_ratio", "test_g2_group_count", "test_g3_fragmentation", "test_g4_elementwise")
CONDITIONS = [
    Condition(device, "", channel_rule=rule) for device in ("cpu", "cuda:0") for rule in ("paper", "exact")
]


def sweeps(module, condition):
    return importlib.import_module(f"experiments.{module}").sweeps(condition)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: f"{c.id}-{c.channel_rule}")
@pytest.mark.parametrize("module", MODULES)
def test_counted_work_equals_the_closed_form_for_every_variant(module, condition):
    for sweep in sweeps(module, condition):
        for variant in sweep.variants:
            assert check_work(variant, replace(condition, image_size=5, batch_size=2)).noted == ()
            assert len(variant.work.convs) % blocks.DEPTH == 0


@pytest.mark.parametrize("module", MODULES)
def test_parameters_are_those_of_the_module(module):
    for sweep in sweeps(module, CONDITIONS[0]):
        for variant in sweep.variants:
            module = variant.build()
            assert variant.cost(CONDITIONS[0]).parameters == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("module", MODULES)
def test_exact_widths_do_equal_work_at_multiples_of_8(module):
    for device in ("cpu", "cuda:0"):
        condition = Condition(device, "", channel_rule="exact")
        for sweep in sweeps(module, condition):
            assert len({v.cost(condition).multiply_adds for v in sweep.variants}) == 1
            assert all(c % 8 == 0 for v in sweep.variants for c in v.widths)


@pytest.mark.parametrize("module", MODULES)
def test_published_widths_do_nearly_equal_work(module):
    for sweep in sweeps(module, CONDITIONS[0]):
        work = [v.cost(CONDITIONS[0]).multiply_adds for v in sweep.variants]
        assert all(abs(w / work[0] - 1) < 0.06 for w in work)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("module", MODULES)
def test_activations_stay_in_a_normal_range(module, dtype):
    condition = replace(CONDITIONS[0], dtype=dtype, image_size=14)
    for variant in next(iter(sweeps(module, condition))).variants:
        network, x = build(variant, condition, seed=0)
        with torch.inference_mode():
            out = network(x).float()
        assert out.shape == x.shape
        assert 1e-2 < out.pow(2).mean().sqrt() < 1e3
        magnitudes = out.abs()
        subnormal = (magnitudes > 0) & (magnitudes < torch.finfo(getattr(torch, dtype)).tiny)
        assert subnormal.float().mean() < (0.01 if dtype == "float16" else 1e-9)


def test_the_same_seed_gives_the_same_network_and_input():
    variant = blocks.bottleneck(8)
    condition = replace(CONDITIONS[0], image_size=4)
    state = torch.get_rng_state()
    outputs = [network(x) for network, x in (build(variant, condition, seed) for seed in (1, 1, 2))]
    assert torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[0], outputs[2])
    assert torch.equal(state, torch.get_rng_state())


def test_parallel_fragments_add_their_branches():
    block = blocks.ParallelFragments(4, 3)
    x = torch.randn(2, 4, 5, 5)
    assert torch.allclose(block(x), sum(branch(x) for branch in block.branches), atol=1e-6)


def test_the_bottleneck_adds_its_input_before_the_last_relu():
    x = torch.randn(2, 8, 5, 5)
    for relu in (True, False):
        unit = blocks.Bottleneck(8, 2, relu, shortcut=True)
        activate = torch.relu if relu else (lambda y: y)
        expected = activate(unit.expand(activate(unit.spatial(activate(unit.reduce(x))))) + x)
        assert torch.allclose(unit(x), expected, atol=1e-6)


def test_elementwise_operators_count_what_they_read_and_write():
    condition = replace(CONDITIONS[0], image_size=1)
    full, neither = (blocks.bottleneck(8, keep, keep).cost(condition) for keep in (True, False))
    assert full.multiply_adds == neither.multiply_adds
    assert full.memory_access - neither.memory_access == 10 * (2 * (2 + 2 + 8) + 3 * 8)
    assert blocks.fragments(8, 4, parallel=True).work.elementwise_accesses == 10 * 3 * 3 * 8
