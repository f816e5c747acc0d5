"""Feature reuse, measured: the channels that a block of ShuffleNet v2 passes unchanged to later ones."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby

import torch
from torch import Tensor, nn

from guidelines.networks.families.shufflenet_v2 import SplitUnit
from guidelines.networks.stage_reuse import StageReuse

# The paper's first stage of units.
FIRST_STAGE = 2


def feature_reuse(network: nn.Module) -> list[StageReuse]:
    """The reuse in every stage, found by sending channel numbers through its own units.

    Meanwhile what branches give is marked; the network is left as it was. The first block of a stage works
    on all channels and is a source only. Raises ValueError for a network without such units.
    """
    stages = list(_stages(network))
    if not stages:
        raise ValueError(
            f"{type(network).__name__} has no units that split their channels; the shufflenet_v2_* have"
        )
    with torch.inference_mode(), _branches_marked(network):
        return [_stage(f"stage {number}", units) for number, units in enumerate(stages, FIRST_STAGE)]


def _stages(network: nn.Module) -> Iterator[list[SplitUnit]]:
    """The units that follow each other, stage by stage."""
    for kind, layers in groupby(network.children(), type):
        if kind is SplitUnit:
            yield [layer for layer in layers if isinstance(layer, SplitUnit)]


def _stage(name: str, units: Sequence[SplitUnit]) -> StageReuse:
    channels = units[0].channels
    blocks = range(len(units) + 1)
    return StageReuse(name, channels, tuple(tuple(_passed(channels, units[i:])) for i in blocks))


def _passed(channels: int, units: Sequence[SplitUnit]) -> Iterator[int]:
    """Channels that are still themselves: at first, then after each unit."""
    x = torch.arange(channels, dtype=torch.float32).view(1, channels, 1, 1)
    yield channels
    for unit in units:
        x = unit(x)
        yield x[x.isfinite()].unique().numel()


@contextmanager
def _branches_marked(network: nn.Module) -> Iterator[None]:
    """Every unit's branch gives what is no number."""
    with ExitStack() as stack:
        for unit in [module for module in network.modules() if isinstance(module, SplitUnit)]:
            stack.callback(setattr, unit, "branch", unit.branch)
            unit.branch = nn.Sequential(_Marked())
        yield


class _Marked(nn.Module):
    """Stands in for a branch: (n, c, h, w) -> as many values, none of them a number."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.full_like(x, float("nan"))
