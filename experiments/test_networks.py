"""Whole networks of like multiply-adds differ in speed (paper, Table 8); so do others of its time."""

from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from guidelines.networks.whole import network
from guidelines.paper import tables as paper
from guidelines.spec.condition import Condition, Setup
from guidelines.spec.sweep import Expectation, Sweep

SETUP = Setup(image_sizes=(224,), cpu_batch_sizes=(1,), cuda_batch_sizes=(8,))
(IMAGE_SIZE,) = SETUP.image_sizes
CLAIM = "a multiply-add takes least time in ShuffleNet v2"
OTHERS_CLAIM = "wide and plain networks are fast, grouped and fragmented ones slow, per multiply-add"
# What the guidelines let one expect of systems outside the table: beside what, and how fast.
OTHERS: tuple[tuple[str, str, Expectation], ...] = (
    ("resnet50_v1_5", "wide_resnet50_2", "faster"),
    ("resnet50_v1_5", "vgg16", "faster"),
    ("resnet50_v1_5", "resnext50_32x4d", "slower"),
    ("resnet50_v1_5", "densenet121", "slower"),
    ("resnet50_v1_5", "dpn92", "slower"),
    ("resnet50_v1_5", "xception", "slower"),
    ("mobilenet_v2_x1_4", "nasnet_a_mobile", "slower"),
)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """The groups of Table 8 as far as they can be reproduced, then pairs of other systems.

    Rows with an image size of their own keep it only where the others have the paper's.
    """
    is_papers = condition.image_size == IMAGE_SIZE
    for name, rows in groupby(paper.network_rows(), key=lambda row: row.sweep):
        networks = tuple(
            network(row.network, row.own_image_size if is_papers else None) for row in rows if row.network
        )
        yield Sweep("T8", CLAIM, name, networks, per_multiply_add=True, claims_every_row=True)
    for baseline, name, expect in OTHERS:
        pair = network(baseline), network(name)
        yield Sweep("N", OTHERS_CLAIM, name, pair, expect, per_multiply_add=True)


@pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="about 3 minutes on two CPU cores")
def test_networks(measure: Callable[[], None]) -> None:
    measure()
