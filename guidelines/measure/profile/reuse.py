"""Feature reuse, measured: counts the channels that blocks of ShuffleNet v2 pass on unchanged."""

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
    """Count reuse in every stage by sending the numbers of the channels through its own units.

    Meanwhile every branch returns nan, which marks the channels that a block computes anew; the network is
    left as it was. The first block of a stage works on all channels, so it only passes channels on. Raises
    ValueError for a network without such units.
    """
    stages = list(_stages(network))
    if not stages:
        raise ValueError(
            f"{type(network).__name__} has no units that split their channels; the shufflenet_v2_* have"
        )
    with torch.inference_mode(), _branches_marked(network):
        return [_stage(f"stage {number}", units) for number, units in enumerate(stages, FIRST_STAGE)]


def _stages(network: nn.Module) -> Iterator[list[SplitUnit]]:
    """The units of each stage: those that follow each other without another layer between."""
    for kind, layers in groupby(network.children(), type):
        if kind is SplitUnit:
            yield [layer for layer in layers if isinstance(layer, SplitUnit)]


def _stage(name: str, units: Sequence[SplitUnit]) -> StageReuse:
    channels = units[0].channels
    blocks = range(len(units) + 1)
    return StageReuse(name, channels, tuple(tuple(_passed(channels, units[i:])) for i in blocks))


def _passed(channels: int, units: Sequence[SplitUnit]) -> Iterator[int]:
    """Number of channels that are unchanged: before the first unit, then after each."""
    x = torch.arange(channels, dtype=torch.float32).view(1, channels, 1, 1)
    yield channels
    for unit in units:
        x = unit(x)
        yield x[x.isfinite()].unique().numel()


@contextmanager
def _branches_marked(network: nn.Module) -> Iterator[None]:
    """Let every unit's branch return nan."""
    with ExitStack() as stack:
        for unit in [module for module in network.modules() if isinstance(module, SplitUnit)]:
            stack.callback(setattr, unit, "branch", unit.branch)
            unit.branch = nn.Sequential(_Marked())
        yield


class _Marked(nn.Module):
    """Stands in for a branch: (n, c, h, w) -> (n, c, h, w) of nan."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.full_like(x, float("nan"))
