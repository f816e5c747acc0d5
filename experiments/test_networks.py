"""Whole networks of similar multiply-adds differ in speed (paper, Table 8); so do others of that time."""

from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from guidelines import Condition, Setup, Sweep
from guidelines.networks.whole import network
from guidelines.paper import tables as paper
from guidelines.spec.sweep import Expectation

SETUP = Setup(image_sizes=(224,), cpu_batch_sizes=(1,), cuda_batch_sizes=(8,))
(IMAGE_SIZE,) = SETUP.image_sizes
CLAIM = "a multiply-add takes least time in ShuffleNet v2"
OTHERS_CLAIM = "wide and plain networks are fast, grouped and fragmented ones slow, per multiply-add"
# Networks outside the table: the baseline, the network, and how its speed should differ by the guidelines.
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
    """Networks of each group of Table 8, if they can be reproduced; then pairs of other networks.

    A row with an image size of its own keeps it only if the condition has the paper's image size.
    """
    is_papers_size = condition.image_size == IMAGE_SIZE
    for name, rows in groupby(paper.network_rows(), key=lambda row: row.sweep):
        networks = tuple(
            network(row.network, row.own_image_size if is_papers_size else None)
            for row in rows
            if row.network
        )
        yield Sweep("T8", CLAIM, name, networks, per_multiply_add=True, claims_every_row=True)
    for baseline, name, expect in OTHERS:
        pair = network(baseline), network(name)
        yield Sweep("N", OTHERS_CLAIM, name, pair, expect, per_multiply_add=True)


@pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="about 5 minutes on two CPU cores")
def test_networks(measure: Callable[[], None]) -> None:
    measure()
