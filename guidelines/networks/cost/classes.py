"""The classes of operators, and the share of time that each class takes.

An operator is what a network itself calls; what it calls in turn belongs to it, so that nothing counts twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple, TypeVar

from guidelines.spec import Condition
from guidelines.stats import Estimate

CONVOLUTION, DEPTHWISE, NORMALISATION = "convolution", "depthwise convolution", "normalisation"
ELEMENTWISE, SHUFFLE, MOVEMENT = "element-wise", "shuffle", "data movement"
OTHER, UNCLASSIFIED = "other", "unclassified"
CLASSES = (CONVOLUTION, DEPTHWISE, NORMALISATION, ELEMENTWISE, SHUFFLE, MOVEMENT, OTHER, UNCLASSIFIED)

# Torch's operators, without "aten::" and without the "_" of those that work in place. Normalisation stands by
# itself: runtimes for inference fold it into convolutions, and the paper's figure has no class for it. Views
# and allocations are data movement, which they prepare.
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
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
# The place of the groups among the arguments of a convolution.
GROUPS_AT = {name: 8 if name == "convolution" else 6 for name in _NAMES[CONVOLUTION].split()}
# Data movement within a function or module of such a name is a shuffle: shuffled, channel_shuffle and
# ShuffleBlock.forward, but not ShuffleNetV2.forward, nor PixelShuffle.forward, which makes images larger.
SHUFFLES = re.compile(
    r"(^|\.)(?!_*pixel)\w*shuffled?(_channels|_groups|_halves|(block|layer)?\.forward)?$", re.IGNORECASE
)
SHUFFLE_RANGE = "shuffle"

Key = TypeVar("Key")


class Operator(NamedTuple):
    """An operator with its class: ("element-wise", "aten::relu_")."""

    kind: str
    name: str


@dataclass(frozen=True)
class Share:
    """A fraction of the operator time of a typical call, and the least and the greatest of any round."""

    typical: float
    least: float
    greatest: float


@dataclass(frozen=True)
class Decomposition:
    """How the operator time of a network's call is divided.

    `rounds` holds the seconds of each operator in one call, on the device where that is not the CPU. Every
    operator of a typical call takes the median of its rounds. `profiled_ratio` is the time of a call under
    the profiler over that of one without.
    """

    condition: Condition
    input_shape: tuple[int, ...]
    rounds: tuple[Mapping[Operator, float], ...]
    profiled_ratio: Estimate

    @property
    def typical_s(self) -> dict[Operator, float]:
        """Seconds of each operator in a typical call."""
        return {operator: median(seconds[operator] for seconds in self.rounds) for operator in self.rounds[0]}

    @property
    def classes(self) -> dict[str, Share]:
        """The share of every class, in the order of CLASSES; they sum to 1."""
        found = self._shares(lambda operator: operator.kind)
        return {kind: found.get(kind, Share(0.0, 0.0, 0.0)) for kind in CLASSES}

    def operators(self, kind: str) -> dict[str, Share]:
        """The share of every operator of a class, by its name, the greatest first."""
        found = self._shares(lambda operator: operator)
        names = {operator.name: share for operator, share in found.items() if operator.kind == kind}
        return dict(sorted(names.items(), key=lambda item: -item[1].typical))

    def _shares(self, key: Callable[[Operator], Key]) -> dict[Key, Share]:
        typical = _fractions(self.typical_s, key)
        rounds = [_fractions(seconds, key) for seconds in self.rounds]
        return {
            name: Share(share, min(r[name] for r in rounds), max(r[name] for r in rounds))
            for name, share in typical.items()
        }


def _fractions(seconds: Mapping[Operator, float], key: Callable[[Operator], Key]) -> dict[Key, float]:
    """Seconds over all seconds, added up by what `key` makes of the operators."""
    total_s = sum(seconds.values())
    found: dict[Key, float] = {}
    for operator, taken_s in seconds.items():
        found[key(operator)] = found.get(key(operator), 0.0) + taken_s / total_s
    return found


def outermost(events: Iterable[Any], in_shuffle: bool = False) -> Iterator[tuple[Any, bool]]:
    """The operators among torch.profiler's events that no other called, and whether a shuffle called them.

    Input: events without parents. Those without "::" in their name are ranges around operators.
    """
    for event in events:
        if "::" in event.name:
            yield event, in_shuffle
        else:
            yield from outermost(event.cpu_children, in_shuffle or event.name == SHUFFLE_RANGE)


def kind_of(event: Any, in_shuffle: bool) -> str:
    """The class of an operator that torch.profiler recorded with shapes."""
    name = event.name.removeprefix("aten::").removesuffix("_")
    kind = KINDS.get(name, UNCLASSIFIED)
    if kind == MOVEMENT and in_shuffle:
        return SHUFFLE
    if kind == CONVOLUTION and _is_depthwise(event, GROUPS_AT[name]):
        return DEPTHWISE
    return kind


def _is_depthwise(event: Any, groups_at: int) -> bool:
    """Whether each input channel is a group; they are counted from behind, as there may be no batch."""
    x, weight = event.input_shapes[:2]
    return bool(1 < x[1 - len(weight)] == event.concrete_inputs[groups_at])
