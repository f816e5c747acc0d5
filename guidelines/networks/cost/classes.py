"""Divide the time of a network's call among classes of operators.

Only operators that the network itself calls count. The time of operators that these call in turn is part of
theirs, so no time counts twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple, TypeVar

from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate

CONVOLUTION, DEPTHWISE, NORMALISATION = "convolution", "depthwise convolution", "normalisation"
ELEMENTWISE, SHUFFLE, MOVEMENT = "element-wise", "shuffle", "data movement"
OTHER, UNCLASSIFIED = "other", "unclassified"
CLASSES = (CONVOLUTION, DEPTHWISE, NORMALISATION, ELEMENTWISE, SHUFFLE, MOVEMENT, OTHER, UNCLASSIFIED)

# Torch's operators, without "aten::" and without the "_" of those that work in place. Normalisation has its
# own class: the paper's figure has none for it, as runtimes for inference fold it into convolutions. Views
# and allocations count as data movement because they prepare it.
_NAMES = {
    CONVOLUTION: "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution",
    NORMALISATION: "batch_norm group_norm instance_norm layer_norm rms_norm",
    ELEMENTWISE: """abs add addcdiv addcmul celu clamp clamp_max clamp_min div dropout elu eq erf exp
        feature_dropout ge gelu glu gt hardsigmoid hardswish hardtanh le leaky_relu log log_sigmoid lt maximum
        minimum mish mul ne neg pow prelu reciprocal relu relu6 rsqrt rsub selu sigmoid silu softplus sqrt
        square sub tanh where""",
    SHUFFLE: "channel_shuffle native_channel_shuffle",
    MOVEMENT: """alias as_strided cat chunk clone complex concat concatenate contiguous copy detach empty
        empty_like expand fill flatten flip gather index index_copy index_select movedim narrow new_empty
        ones pad permute pixel_shuffle pixel_unshuffle repeat repeat_interleave reshape roll select slice
        split split_with_sizes squeeze stack t tensor_split to transpose unbind unflatten unsqueeze view
        view_as view_as_complex view_as_real zero zeros zeros_like""",
    OTHER: """adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d addmm amax amin
        argmax argmin avg_pool1d avg_pool2d avg_pool3d bmm gru linalg_vector_norm linear log_softmax lstm
        matmul max max_pool1d max_pool2d max_pool3d mean min mm norm scaled_dot_product_attention softmax sum
        upsample_bilinear2d upsample_nearest2d""",
}
KINDS: dict[str, str] = {}
for _kind, _names in _NAMES.items():
    KINDS.update(dict.fromkeys(_names.split(), _kind))
# Position of `groups` among the arguments of a convolution.
GROUPS_AT = {name: 8 if name == "convolution" else 6 for name in _NAMES[CONVOLUTION].split()}
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
    input_shape: tuple[int, ...]
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
    name = event.name.removeprefix("aten::").removesuffix("_")
    kind = KINDS.get(name, UNCLASSIFIED)
    if kind == MOVEMENT and in_shuffle:
        return SHUFFLE
    if kind == CONVOLUTION and _is_depthwise(event, GROUPS_AT[name]):
        return DEPTHWISE
    return kind


def _is_depthwise(event: Any, groups_at: int) -> bool:
    """True if each input channel is a group; its dimension counts from the end, as a batch is optional."""
    x, weight = event.input_shapes[:2]
    return bool(1 < x[1 - len(weight)] == event.concrete_inputs[groups_at])
