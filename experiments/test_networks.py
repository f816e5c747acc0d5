"""Whole networks of like multiply-adds differ in speed (paper, Table 8); so do others of its time."""

from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from guidelines import paper
from guidelines.spec import Condition, Expectation, Setup, Sweep, Variant
from guidelines.whole import network

SETUP = Setup(image_sizes=(224,), cpu_batch_sizes=(1,), cuda_batch_sizes=(8,))
CLAIM = "a multiply-add takes least time in ShuffleNet v2"
OTHERS_CLAIM = "wide and plain networks are fast, grouped and fragmented ones slow, per multiply-add"
RESNET, MOBILENET = network("resnet50"), network("mobilenet_v2_x1_4")
# What the guidelines, and the paper's readers, say of systems outside the table: beside what, and how fast.
OTHERS: tuple[tuple[Variant, Variant, Expectation], ...] = (
    (RESNET, network("wide_resnet50_2"), "faster"),
    (RESNET, network("vgg16"), "faster"),
    (RESNET, network("resnext50_32x4d"), "slower"),
    (RESNET, network("densenet121"), "slower"),
    (RESNET, network("dpn92"), "slower"),
    (RESNET, network("xception", 299), "slower"),
    (MOBILENET, network("nasnet_a_mobile"), "slower"),
)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """The groups of Table 8 as far as they can be reproduced, then pairs of other systems."""
    for group, rows in groupby(paper.network_rows(), key=lambda row: row.group):
        networks = tuple(network(row.network, row.own_image_size) for row in rows if row.network)
        yield Sweep("T8", CLAIM, f"{group}M", networks, per_multiply_add=True)
    for baseline, other, expect in OTHERS:
        yield Sweep("N", OTHERS_CLAIM, other.name, (baseline, other), expect, per_multiply_add=True)


@pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="about 12 minutes on two CPU cores")
def test_networks(measure: Callable[[], None]) -> None:
    measure()
