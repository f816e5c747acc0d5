import pickle
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from guidelines.measure.audit.plan import is_in_place, plan
from guidelines.measure.task import facts
from guidelines.networks.cost.trace import LayerError
from guidelines.results.audit import REPLAYED
from guidelines.spec.condition import Device

TRAINED = """
from torch import nn
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU())
nn.init.zeros_(net[0].weight)
"""
FACTS = """
import pickle, sys
from guidelines.measure.task import facts
audited, condition = pickle.load(sys.stdin.buffer)
[sweep] = audited()(condition)
ids = tuple(variant.id for variant in sweep.variants)
sys.stdout.buffer.write(pickle.dumps((ids, facts(sweep, ids, condition))))
"""


def test_the_variants_are_the_network_its_operators_and_their_parts(audited, condition):
    found = plan(audited("TwoInputs", "1,3,8,8", "1,4"), condition())
    assert [variant.id for variant in found.sweep.variants] == [
        *("network", "replayed", "without-G4"),
        *("part-1", "part-1.alternative", "part-1.remedy-1"),
        *("part-2", "part-2.alternative", "part-3"),
    ]
    assert found.sweep.baseline.id == "network"
    assert found.audit.inputs == "1x3x8x8, 1x4"
    assert [(part.variant, part.guideline) for part in found.audit.parts] == [
        ("part-1", "G1"),
        ("part-2", "G1"),
        ("part-3", "G4"),
    ]


def test_a_network_that_breaks_no_guideline_has_no_variant_without_g4(audited, condition):
    found = plan(audited("Plain"), condition())
    assert [part.guideline for part in found.audit.parts] == ["", ""]
    assert "without-G4" not in [variant.id for variant in found.sweep.variants]


def test_the_row_of_operators_tells_the_share_of_every_part(audited, condition):
    found = plan(audited("TwoInputs", "1,3,8,8", "1,4"), condition())
    row = next(variant for variant in found.sweep.variants if variant.id == REPLAYED)
    network = row.build()
    with torch.inference_mode():
        network(torch.empty(1, 1, 1, 1))
        row.before_sample(network)
        assert set(row.part_seconds(network).values()) == {0}
        network(torch.empty(1, 1, 1, 1))
    seconds = row.part_seconds(network)
    assert set(seconds) == {part.variant for part in found.audit.parts}
    assert min(seconds.values()) > 0


@pytest.mark.parametrize("changes", [{"mode": "compile"}, {"mode": "cudagraph"}, {"device": Device("cuda")}])
def test_no_row_is_timed_in_place_if_operators_do_not_compute_while_they_are_called(condition, changes):
    assert is_in_place(condition())
    assert not is_in_place(replace(condition(), **changes))


def test_the_work_of_the_parts_is_that_of_the_network(audited, condition):
    under = condition()
    found = plan(audited("Block", "1,10,32"), under)
    work = {variant.id: variant.cost(under).multiply_adds for variant in found.sweep.variants}
    parts = sum(len(part.layers) * work[part.variant] for part in found.audit.parts)
    assert parts == work["network"] == work["replayed"] == work["without-G4"] > 0


@pytest.mark.parametrize("name", ["Segmentation", "ByValues"])
def test_another_process_finds_the_same_sweep(audited, condition, name):
    network, under = pickle.loads(pickle.dumps((audited(name), condition())))
    sweep = plan(audited(name), condition()).sweep
    ids = tuple(variant.id for variant in sweep.variants)
    found = subprocess.run(
        [sys.executable, "-c", FACTS], input=pickle.dumps((network, under)), capture_output=True, check=True
    )
    assert pickle.loads(found.stdout) == (ids, facts(sweep, ids, under))


def test_a_network_of_the_suite_is_found_by_its_name(audited, condition):
    network = audited("Plain", "1,3,32,32")
    named = type(network)("mobilenet_v2_x1_0", network.inputs)
    found = plan(named, condition())
    assert (found.sweep.name, found.audit.target) == ("mobilenet_v2_x1_0", "mobilenet_v2_x1_0")
    assert {part.guideline for part in found.audit.parts} == {"", "G1", "G4"}


def test_layout_and_type_are_those_of_the_condition(audited, condition):
    found = plan(audited("Plain"), condition(layout="nhwc", dtype="bfloat16"))
    assert [remedy.text for part in found.audit.parts for remedy in part.remedies] == ["in nchw"] * 2
    variant = next(variant for variant in found.sweep.variants if variant.id == "part-2")
    with torch.inference_mode():
        out = variant.build()(torch.empty(1))
    assert out.dtype is torch.bfloat16
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_a_convolution_for_each_group_makes_a_call_for_each(audited, condition):
    network = replace(audited("Plain", "1,16,6,6"), target="torch.nn:Conv2d(16, 16, 3, groups=4)")
    found = plan(network, condition())
    (part,) = found.audit.parts
    calls = {other.text: other.calls_each for other in (part.alternative, *part.remedies)}
    assert calls == {"one group, widths 8 and 8": 1, "in nhwc": 1, "as 4 convolutions": 4}


@pytest.mark.parametrize("name", ["Mutating", "InTraining", "ByGradients", "Flattening"])
def test_a_network_that_cannot_be_taken_apart_says_why_in_one_line(audited, condition, name):
    said = {
        "Mutating": "it changes its input 1 of 1: let it work on a copy",
        "InTraining": "InTraining: got (1, 3, 8, 8): RuntimeError: only in training mode",
        "ByGradients": "layer conv (Conv2d): got (1, 3, 8, 8): RuntimeError: Inference tensors",
        "Flattening": "it calls no operator of torch, so there is nothing to time",
    }[name]
    with pytest.raises(ValueError, match=f"^{re.escape(said)}") as error:
        plan(audited(name), condition())
    assert "\n" not in str(error.value)


def test_the_input_that_a_layer_does_not_take_is_named(audited, condition):
    with pytest.raises(
        LayerError, match=r"layer conv \(Conv2d\): got \(1, 4, 8, 8\), it takes \(n, 3, ...\)"
    ):
        plan(audited("Dropping", "1,4,8,8"), condition())


def test_what_only_the_first_call_does_is_no_part(audited, condition):
    found = plan(audited("Table"), condition())
    assert [part.operator for part in found.audit.parts] == ["conv 1x1 3->8, 8x8", "mul 8x8x8"]


def test_without_g4_keeps_depthwise_convolutions_that_break_g3(audited, condition):
    under = condition()
    found = plan(audited("Branches"), under)
    assert [(part.guideline, part.calls_each) for part in found.audit.parts] == [("G3", 2), ("G4", 1)]
    work = {variant.id: variant.cost(under).multiply_adds for variant in found.sweep.variants}
    assert work["without-G4"] == work["network"]


def test_an_instance_keeps_its_weights_only_if_asked(audited, tmp_path, condition):
    """Another process finds the same: the flag is part of what is audited."""
    (tmp_path / "trained.py").write_text(TRAINED)
    anew = replace(audited("Plain", "1,2"), target=f"{tmp_path}/trained.py:net")
    kept = pickle.loads(pickle.dumps(replace(anew, keeps_state=True)))
    assert bool((kept.build()[0].weight == 0).all())
    assert not bool((anew.build()[0].weight == 0).any())
    assert (plan(kept, condition()).audit.keeps_state, plan(anew, condition()).audit.keeps_state) == (
        True,
        False,
    )
    [whole, *_] = plan(kept, condition()).sweep.variants
    assert bool((whole.build().network[0].weight == 0).all())


def test_fragments_are_tried_on_streams_on_cuda(audited, condition, monkeypatch):
    """There may be no device here: the network is recorded on the CPU."""
    network, on_cuda = audited("Branches"), condition(mode="cudagraph")
    monkeypatch.setattr("guidelines.measure.audit.plan.has_streams", lambda known: known.mode == "cudagraph")
    found = plan(network, on_cuda)
    assert [remedy.text for remedy in found.audit.parts[0].remedies] == ["each on a stream of its own"]
    variants = {variant.id: variant for variant in found.sweep.variants}
    assert type(variants["part-1.remedy-1"].build()).__name__ == "OnStreams"
    assert type(variants["part-1"].build()).__name__ == "Replayed"
