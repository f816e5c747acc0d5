"""Whole networks of like multiply-adds differ in speed (paper, Table 8); so do others of its time."""

from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from guidelines import paper
from guidelines.spec import Condition, Expectation, Setup, Sweep
from guidelines.whole import network

SETUP = Setup(image_sizes=(224,), cpu_batch_sizes=(1,), cuda_batch_sizes=(8,))
CLAIM = "a multiply-add takes least time in ShuffleNet v2"
OTHERS_CLAIM = "wide networks are fast, grouped and fragmented ones slow, per multiply-add"
# What each is compared with, and what the paper and its readers say of it.
OTHERS: dict[str, tuple[str, Expectation]] = {
    "wide_resnet50_2": ("resnet50", "faster"),
    "resnext50_32x4d": ("resnet50", "slower"),
    "densenet121": ("resnet50", "slower"),
    "nasnet_a_mobile": ("mobilenet_v2_x1_4", "slower"),
}


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """The groups of Table 8 as far as they can be reproduced, then pairs of other systems."""
    for group, rows in groupby(paper.network_rows(), key=lambda row: row.group):
        networks = tuple(network(row.network, row.own_image_size) for row in rows if row.network)
        yield Sweep("T8", CLAIM, f"{group}M", networks, per_multiply_add=True)
    for name, (baseline, expect) in OTHERS.items():
        pair = network(baseline), network(name)
        yield Sweep("N", OTHERS_CLAIM, name, pair, expect, per_multiply_add=True)


@pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="about 12 minutes on two CPU cores")
def test_networks(measure: Callable[[], None]) -> None:
    measure()
