"""Divide the time of a network's call among classes of operators.

Only operators that the network itself calls count. The time of operators that these call in turn is part of
theirs, so no time counts twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple, TypeVar

from guidelines.networks.cost.operator_table import entry_of
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate

CONVOLUTION, DEPTHWISE, GROUPED = "convolution", "depthwise convolution", "group convolution"
PRODUCT, NORMALISATION = "matrix product", "normalisation"
ELEMENTWISE, SHUFFLE, MOVEMENT = "element-wise", "shuffle", "data movement"
OTHER, UNCLASSIFIED = "other", "unclassified"
# Normalisation has its own class: the paper's figure has none for it, as runtimes for inference fold it into
# convolutions. Views and allocations count as data movement because they prepare it.
CLASSES = (
    *(CONVOLUTION, DEPTHWISE, GROUPED, PRODUCT, NORMALISATION),
    *(ELEMENTWISE, SHUFFLE, MOVEMENT, OTHER, UNCLASSIFIED),
)
# Position of `groups` among the arguments of a convolution.
GROUPS_AT = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), 6),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), 6),
    **dict.fromkeys(("convolution", "_convolution", "convolution_overrideable"), 8),
    **dict.fromkeys(("mkldnn_convolution", "_mps_convolution"), 6),
}
# Data movement inside a function or module with such a name is a shuffle: shuffled, channel_shuffle and
# ShuffleBlock.forward, but not ShuffleNetV2.forward, nor PixelShuffle.forward, which enlarges images.
SHUFFLES = re.compile(
    r"(^|\.)(?!_*pixel)\w*shuffled?(_channels|_groups|_halves|(block|layer)?\.forward)?$", re.IGNORECASE
)
SHUFFLE_RANGE = "shuffle"

Key = TypeVar("Key")


class Operator(NamedTuple):
    """An operator and its class: ("element-wise", "aten::relu_")."""

    kind: str
    name: str


@dataclass(frozen=True)
class Share:
    """A fraction of the operator time in a typical call, and its extremes over all rounds."""

    typical: float
    least: float
    greatest: float


@dataclass(frozen=True)
class Decomposition:
    """Division of the operator time of a network's call.

    Each of `rounds` holds the seconds of every operator in one call, measured on the condition's device. In a
    typical call each operator takes the median of its rounds. `profiled_ratio` is the time of a call under
    the profiler divided by the time without.
    """

    condition: Condition
    rounds: tuple[Mapping[Operator, float], ...]
    profiled_ratio: Estimate

    @property
    def typical_s(self) -> dict[Operator, float]:
        """Seconds of each operator in a typical call."""
        typical = {}
        for operator in self.rounds[0]:
            typical[operator] = median(seconds[operator] for seconds in self.rounds)
        return typical

    @property
    def classes(self) -> dict[str, Share]:
        """The share of every class, in the order of CLASSES; they sum to 1."""
        shares = self._shares(lambda operator: operator.kind)
        return {kind: shares.get(kind, Share(0.0, 0.0, 0.0)) for kind in CLASSES}

    def operators(self, kind: str) -> dict[str, Share]:
        """The share of every operator of a class by name, in descending order."""
        shares = self._shares(lambda operator: operator)
        names = {operator.name: share for operator, share in shares.items() if operator.kind == kind}
        return dict(sorted(names.items(), key=lambda item: -item[1].typical))

    def _shares(self, key: Callable[[Operator], Key]) -> dict[Key, Share]:
        rounds = [_fractions(seconds, key) for seconds in self.rounds]
        shares = {}
        for name, typical in _fractions(self.typical_s, key).items():
            of_rounds = [fractions[name] for fractions in rounds]
            shares[name] = Share(typical, min(of_rounds), max(of_rounds))
        return shares


def _fractions(seconds: Mapping[Operator, float], key: Callable[[Operator], Key]) -> dict[Key, float]:
    """Fractions of the total time, added up over operators with the same `key`."""
    total_s = sum(seconds.values())
    fractions: dict[Key, float] = {}
    for operator, taken_s in seconds.items():
        group = key(operator)
        fractions[group] = fractions.get(group, 0.0) + taken_s / total_s
    return fractions


def outermost(events: Iterable[Any], in_shuffle: bool = False) -> Iterator[tuple[Any, bool]]:
    """Pairs of an operator that no other operator called, and True if it ran inside a shuffle.

    Input: torch.profiler's events without parents. Events without "::" in their name are ranges around
    operators.
    """
    for event in events:
        if "::" in event.name:
            yield event, in_shuffle
        else:
            yield from outermost(event.cpu_children, in_shuffle or event.name == SHUFFLE_RANGE)


def kind_of(event: Any, in_shuffle: bool) -> str:
    """The class of an operator; torch.profiler must have recorded it with shapes."""
    entry = entry_of(event.name)
    kind = entry.kind if entry else UNCLASSIFIED
    if kind == MOVEMENT and in_shuffle:
        return SHUFFLE
    return _convolution_kind(event) if kind == CONVOLUTION else kind


def _convolution_kind(event: Any) -> str:
    """The input's dimension of channels counts from the end, as a batch is optional."""
    name = event.name.removeprefix("aten::")
    if name not in GROUPS_AT:
        return CONVOLUTION
    x, weight = event.input_shapes[:2]
    groups = event.concrete_inputs[GROUPS_AT[name]]
    if groups in (None, 1):
        return CONVOLUTION
    return DEPTHWISE if x[1 - len(weight)] == groups else GROUPED
