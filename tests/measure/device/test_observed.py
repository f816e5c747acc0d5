import subprocess
import sys

import pytest
import torch
from torch import nn

from guidelines.measure.device.observed import Denormals, Observer
from guidelines.measure.device.outputs import MOST_KEPT, bits, kept, spread
from guidelines.spec.work import Operators

TINY = torch.finfo(torch.float32).tiny


@pytest.mark.parametrize("inference", [True, False])
def test_the_multiply_adds_of_one_call_are_those_of_its_layers(inference):
    module = nn.Sequential(nn.Conv2d(4, 8, 3, groups=2, bias=False), nn.Flatten(), nn.Linear(8 * 4, 5)).eval()
    with torch.inference_mode(inference), Observer() as observer:
        module(torch.ones(2, 4, 4, 4))
    assert observer.multiply_adds == 2 * (2 * 2 * 8 * 2 * 9 + 32 * 5)
    assert not observer.has_unknown


def test_an_operator_whose_products_are_not_known_is_noticed():
    with torch.inference_mode(), Observer() as observer:
        torch.fft.fft(torch.ones(4))
    assert observer.has_unknown


def test_attention_on_real_tensors_counts_its_products():
    q = torch.ones(1, 2, 5, 3)
    with torch.inference_mode(), Observer() as observer:
        nn.functional.scaled_dot_product_attention(q, q, q)
    assert observer.multiply_adds == 2 * 5 * 5 * (3 + 3)


def test_memory_that_is_still_in_use_is_known_and_views_take_none():
    kept_by_it = []
    x = torch.ones(10)
    with torch.inference_mode(), Observer() as observer:
        kept_by_it.append(torch.ones(25))
        kept_by_it.append(x.view(2, 5))
        kept_by_it.append(x.relu_())
        torch.ones(50)
    assert observer.kept_bytes == 100
    kept_by_it.clear()
    assert observer.kept_bytes == 0


def test_the_compiler_is_not_loaded_to_observe_a_call():
    program = (
        "import sys, torch; from guidelines.measure.device.observed import Observer, uncompiled\n"
        "conv, x = torch.nn.Conv2d(4, 4, 1), torch.ones(1, 4, 2, 2)\n"
        "with torch.inference_mode(), uncompiled(), Observer(): conv(x)\n"
        "print('torch._dynamo' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_share_of_denormal_numbers_is_that_of_all_results(dtype):
    values = torch.tensor([0.0, TINY / 4, -TINY / 4, 1.0], dtype=dtype)
    with Denormals() as denormals:
        values + 0
        torch.ones(4, dtype=dtype)
    assert denormals.share == 0.25


def test_the_small_numbers_of_float16_are_none():
    with Denormals() as denormals:
        torch.full((4,), 1e-6, dtype=torch.float16) + 0
    assert denormals.share == 0.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 100_000), (1, 64, 56, 56), (3, 5, 7, 1000, 11)])
def test_values_are_spread_over_a_tensor_and_few(shape):
    x = torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape)
    values = spread(x)
    assert values.dim() == x.dim()
    assert min(MOST_KEPT // 2, x.numel()) <= values.numel() <= MOST_KEPT
    assert kept(x).data_ptr() != x.data_ptr()


def test_bits_tell_a_negative_zero_and_a_swap_from_what_was_there():
    x = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    for other in (x.clone().mul_(-1.0).abs_().neg_().mul_(x.sign()), x.flip(0), x.flip(1), -0.0 * x + x * 2):
        assert not all(map(torch.equal, bits(x), bits(other))) or torch.equal(x, other)
    negative = x.clone()
    negative[0, 0] = -0.0
    assert not all(map(torch.equal, bits(x), bits(negative)))
    assert all(map(torch.equal, bits(x), bits(x.clone())))


def test_operators_of_equal_work_are_observed_together_and_views_are_none():
    x = torch.ones(2, 3)
    with torch.inference_mode(), Observer() as observer:
        torch.add(x, x)
        torch.add(x, x.view(2, 3))
        x.relu_()
    assert observer.operators == (
        Operators("element-wise", calls=1, multiply_adds=0, memory_access=12, written=6),  # x + x
        Operators("element-wise", calls=1, multiply_adds=0, memory_access=12, in_place=6, written=6),
        Operators("element-wise", calls=1, multiply_adds=0, memory_access=18, written=6),
    )
    assert [each.touched for each in observer.operators] == [12, 6, 18]


def test_what_a_large_stride_passes_over_is_not_observed():
    x, weight = torch.ones(1, 4, 8, 8), torch.ones(2, 4, 1, 1)
    with torch.inference_mode(), Observer() as observer:
        nn.functional.conv2d(x, weight, stride=4)
    (conv,) = observer.operators
    assert conv.memory_access == 4 * 2 * 2 + 2 * 4 + 2 * 2 * 2
    assert observer.memory_access == 4 * 8 * 8 + 2 * 4 + 2 * 2 * 2


def test_what_is_changed_in_place_is_read_even_if_it_is_given_twice():
    x = torch.ones(5)
    with torch.inference_mode(), Observer() as observer:
        torch._foreach_mul_([x, x], 2.0)
    (each,) = observer.operators
    assert (each.in_place, each.written, each.memory_access) == (10, 10, 20)


def test_both_parts_of_complex_numbers_are_kept():
    x = torch.complex(torch.ones(3), torch.arange(3.0))
    assert kept(x).tolist() == [[1, 0], [1, 1], [1, 2]]
    assert kept(x.conj()).tolist() == [[1, 0], [1, -1], [1, -2]]
