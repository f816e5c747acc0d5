import time
from functools import partial

import pytest
import torch
from functional_module import Functional
from torch import nn
from torch.nn import functional

from guidelines.networks.cost import count as counting
from guidelines.networks.cost.count import count
from guidelines.networks.cost.module import LayerCost, ModuleCost
from guidelines.networks.cost.trace import Trace
from guidelines.networks.registry import build
from guidelines.spec.inputs import Input, described
from guidelines.spec.work import Cost

ENCODER = partial(nn.TransformerEncoderLayer, 16, 4, 32, batch_first=True)
ATTENTION = functional.scaled_dot_product_attention


def padded(x, encoder):
    return encoder(x, src_key_padding_mask=torch.zeros(x.shape[:2]).bool())


@pytest.mark.parametrize(
    ("module", "given"),
    [
        (Functional(lambda x: ATTENTION(x, x, x)), (1, 8, 19, 16)),
        (Functional(lambda x: ATTENTION(x, x, x, is_causal=True)), (2, 5, 7, 8)),
        (Functional(lambda x: ATTENTION(x, x, x, attn_mask=torch.ones(7, 7).bool())), (2, 5, 7, 8)),
        (Functional(lambda x: ATTENTION(x, x[:, :2], x[:, :2], enable_gqa=True)), (2, 4, 7, 8)),
        (Functional(lambda x: ATTENTION(x, x, x)), (3, 7, 8)),
        (
            Functional(lambda x, f: f(ATTENTION(x, x, x).transpose(1, 2).flatten(2)), nn.Linear(24, 2)),
            (2, 3, 7, 8),
        ),
        (Functional(lambda x, mha: mha(x, x, x)[0], nn.MultiheadAttention(16, 4)), (7, 2, 16)),
        (
            Functional(lambda x, mha: mha(x, x, x, need_weights=False)[0], nn.MultiheadAttention(16, 4)),
            (7, 2, 16),
        ),
        (nn.TransformerEncoder(ENCODER(), 2), (2, 7, 16)),
        (ENCODER(norm_first=True, activation="gelu"), (2, 7, 16)),
        (Functional(padded, nn.TransformerEncoder(ENCODER(), 2)), (2, 7, 16)),
        (nn.LSTM(8, 5, num_layers=2, bidirectional=True), (7, 3, 8)),
        (nn.LSTM(8, 5, proj_size=3), (7, 3, 8)),
        (nn.GRU(8, 5, batch_first=True), (7, 3, 8)),
        (nn.LSTMCell(8, 5), (3, 8)),
        (nn.BatchNorm2d(8, track_running_stats=False), (2, 8, 6, 6)),
        (nn.InstanceNorm2d(8, affine=True, track_running_stats=True), (2, 8, 6, 6)),
        (nn.Sequential(nn.GroupNorm(2, 8), nn.LayerNorm(6), nn.RMSNorm(6)), (2, 8, 6, 6)),
        (nn.EmbeddingBag(10, 4), Input((3, 5), "int64")),
        (nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.AdaptiveAvgPool2d(1)), (1, 3, 5, 5)),
    ],
)
def test_every_device_gives_the_same_figures(module, given, monkeypatch):
    meta = count(module, given)
    monkeypatch.setattr(counting, "ATTEMPTS", counting.ATTEMPTS[1:])
    cpu = count(module, given)
    assert (meta.device, cpu.device) == ("meta", "cpu")
    assert meta.layers == cpu.layers
    assert meta.uncountable == cpu.uncountable


def test_attention_moves_queries_keys_values_and_the_output():
    (layer,) = count(Functional(lambda x: ATTENTION(x, x, x)), (1, 8, 196, 64)).to_depth(0)
    assert layer.work.memory_access == 4 * 8 * 196 * 64
    assert layer.operators == 1


def test_torchs_settings_are_as_before():
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(True)
    try:
        count(ENCODER(), (2, 7, 16))
        assert torch.backends.mha.get_fastpath_enabled()
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
    assert not torch.is_inference_mode_enabled()


def test_operators_are_grouped_in_linear_time():
    works = [Cost(1, 2, 3, 4)] * 20_000
    layers = tuple(LayerCost(f"{i % 50}.{i}", "Kind", work, 1) for i, work in enumerate(works))
    begin_s = time.process_time()
    total = ModuleCost(layers).total
    assert len(ModuleCost(layers).to_depth(1)) == 50
    assert time.process_time() - begin_s < 5  # quadratic time would take minutes
    assert (total.work, total.operators) == (Cost(20_000, 40_000, 60_000, 80_000), 20_000)


@pytest.mark.parametrize("name", ["dpn92", "nasnet_a_mobile"])
def test_the_epsilon_of_batch_normalisation_is_that_of_the_authors(name):
    with torch.device("meta"):
        network = build(name)
    epsilons = [module.eps for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(epsilons) > 90
    assert set(epsilons) == {1e-3}


def test_inputs_are_read_and_written_as_on_a_command_line():
    read = [Input.read("1,128:int64"), Input.read("1,3,224,224"), Input.read("08")]
    assert read == [Input((1, 128), "int64"), Input((1, 3, 224, 224)), Input((8,))]
    assert described(read) == "1x128 int64, 1x3x224x224, 8"
    for text in ("", "1,", "1:", "1x2", "1,2:", "-1", "1:2:int64", "٣"):
        with pytest.raises(ValueError, match="is no shape such as"):
            Input.read(text)


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8", "float16", "complex64"])
def test_an_input_has_its_own_type(dtype):
    seen = []
    count(Functional(lambda x, y: seen.append((x.dtype, y.dtype)) or x), Input((3,), dtype), (2,))
    assert seen == [(getattr(torch, dtype), torch.float32)]


def test_a_trace_collects_operators_of_all_inputs():
    trace = Trace(nn.Bilinear(2, 2, 2), (torch.zeros(1, 2), torch.zeros(1, 2)))
    assert trace._calls[0].got == "(1, 2), (1, 2)"
