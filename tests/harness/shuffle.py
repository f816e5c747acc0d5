"""Prints the times of several forms of concat and shuffle in ShuffleNet v2's unit; asserts no speed.

Times are ratios within rounds, on one thread. Joining alone and a whole unit are compared with the plain
form (concat, view, transpose, contiguous). The whole network is compared with torchvision's, which has
0.6 % fewer multiply-adds and is left out if torchvision is not installed. Before it is timed, every form
must give the plain form's output bit for bit, except "concat alone", which is joining without a shuffle.

Run it by hand, about two minutes, three more with torchvision: python tests/harness/shuffle.py
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial

import torch
from tabulate import tabulate
from torch import Tensor, nn
from torch.nn import functional

from guidelines.measure.device.devices import cpu_model
from guidelines.measure.device.modes import Bind, binder
from guidelines.measure.device.timing import MEMORY_FORMATS, Sample, pinned, timed
from guidelines.measure.recording import Limits
from guidelines.measure.rounds import Builder, Rounds
from guidelines.networks.families.shufflenet_v2 import SplitUnit, shuffled_halves
from guidelines.networks.registry import build
from guidelines.report.digits import with_half_width
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate, paired_ratio

CONDITION = Condition("cpu", cpu_model())
LIMITS = Limits(min_rounds=12, warmup_s=0.05)
# Channels and image size of the units of each stage at 1x.
SHAPES = ((116, 28), (232, 14), (464, 7))
BATCHES = (1, 8)
JOIN_S, UNIT_S, NETWORK_S = 0.4, 1.0, 8.0
Join = Callable[[Tensor, Tensor], Tensor]


def plain(a: Tensor, b: Tensor) -> Tensor:
    x = torch.cat((a, b), 1)
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def channel_shuffle(a: Tensor, b: Tensor) -> Tensor:
    return functional.channel_shuffle(torch.cat((a, b), 1), 2)


def gathered(a: Tensor, b: Tensor) -> Tensor:
    order = torch.arange(2 * a.shape[1]).view(2, -1).t().flatten()
    return torch.cat((a, b), 1).index_select(1, order)


def strided_writes(a: Tensor, b: Tensor) -> Tensor:
    n, c, h, w = a.shape
    layout = torch.contiguous_format if b.is_contiguous() else torch.channels_last
    out = torch.empty((n, 2 * c, h, w), memory_format=layout)
    out[:, 0::2], out[:, 1::2] = a, b
    return out


def stacked_planes(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack((a, b), 2).flatten(1, 2)


def stacked_pixels(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack((a.movedim(1, -1), b.movedim(1, -1)), -1).flatten(-2).movedim(-1, 1)


def complex_pixels(a: Tensor, b: Tensor) -> Tensor:
    pairs = torch.complex(a.movedim(1, -1), b.movedim(1, -1))
    return torch.view_as_real(pairs).flatten(-2).movedim(-1, 1)


def concat_alone(a: Tensor, b: Tensor) -> Tensor:
    return torch.cat((a, b), 1)


FORMS: Mapping[str, Join] = {
    "plain": plain,
    "nn.ChannelShuffle": channel_shuffle,
    "one gather": gathered,
    "strided writes": strided_writes,
    "stack of planes": stacked_planes,
    "stack of pixels": stacked_pixels,
    "complex pixels": complex_pixels,
    "the suite's": shuffled_halves,
    "concat alone": concat_alone,
}


class FormUnit(SplitUnit):
    """The unit with a given form of concat and shuffle."""

    def __init__(self, c: int, join: Join) -> None:
        super().__init__(c)
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        kept, worked = x.chunk(2, dim=1)
        return self.join(kept, self.branch(worked).relu_())


class PairUnit(SplitUnit):
    """Takes and returns the two halves separately, which merges the split into the shuffle."""

    def forward(self, halves: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        kept, worked = halves[0], self.branch(halves[1]).relu_()
        (k1, k2), (w1, w2) = kept.chunk(2, dim=1), worked.chunk(2, dim=1)
        return shuffled_halves(k1, w1), shuffled_halves(k2, w2)


def main() -> None:
    print(f"{cpu_model()}, one thread, torch {torch.__version__}; time over the plain form's, 95 %\n")
    with pinned(CONDITION):
        for layout in MEMORY_FORMATS:
            print_joins(layout)
        for layout in MEMORY_FORMATS:
            print_units(layout)
    print_networks()


def print_joins(layout: str) -> None:
    columns = {}
    for n in BATCHES:
        for c, size in SHAPES:
            forms = {
                name: partial(join_sample, form, (n, c, size, size), layout) for name, form in FORMS.items()
            }
            columns[f"{c}@{size}x{size}, batch {n}"] = ratios(forms, "plain", JOIN_S)
    print_table(f"concat and shuffle, {layout}, eager", columns)


def join_sample(join: Join, shape: tuple[int, ...], layout: str) -> Sample:
    """As in the unit, the kept half is a view of its input, and the worked half is a tensor of its own."""
    kept, worked = inputs(shape, layout).chunk(2, dim=1)
    worked = worked.contiguous(memory_format=MEMORY_FORMATS[layout])
    check(join, join(kept, worked), plain(kept, worked))
    return timed(partial(join, kept, worked), lambda: None)


def print_units(layout: str) -> None:
    columns = {}
    for n in BATCHES:
        for c, size in SHAPES:
            shape = (n, c, size, size)
            units = {
                "plain": partial(unit_sample, lambda c: FormUnit(c, plain), shape, layout),
                "two tensors": partial(unit_sample, PairUnit, shape, layout),
                "the suite's": partial(unit_sample, SplitUnit, shape, layout),
            }
            columns[f"{c}@{size}x{size}, batch {n}"] = ratios(units, "plain", UNIT_S)
    print_table(f"whole unit, {layout}, eager", columns)


def unit_sample(build_unit: Callable[[int], SplitUnit], shape: tuple[int, ...], layout: str) -> Sample:
    x = inputs(shape, layout)
    unit, reference = build_unit(shape[1]).eval(), FormUnit(shape[1], plain).eval()
    reference.load_state_dict(unit.state_dict())
    for module in (unit, reference):
        module.to(memory_format=MEMORY_FORMATS[layout])
    given = x
    if isinstance(unit, PairUnit):
        given = tuple(half.contiguous(memory_format=MEMORY_FORMATS[layout]) for half in x.chunk(2, dim=1))
    output = unit(given)
    if isinstance(output, tuple):
        output = torch.cat(output, 1)
    check(unit, output, reference(x))
    return timed(partial(unit, given), lambda: None)


def print_networks() -> None:
    try:
        from torchvision.models import shufflenet_v2_x1_0
    except ImportError:
        print("torchvision is not installed: the comparison with its network is left out")
        return
    builders = {"torchvision's": shufflenet_v2_x1_0, "the suite's": partial(build, "shufflenet_v2_x1_0")}
    columns = {}
    with pinned(CONDITION):
        for mode in ("eager", "compile"):
            for layout in MEMORY_FORMATS:
                print(f"{mode} {layout} ", end="\r", file=sys.stderr, flush=True)
                samples = {
                    name: partial(network_sample, builder, binder(mode), layout)
                    for name, builder in builders.items()
                }
                columns[f"{mode}, {layout}"] = ratios(samples, "torchvision's", NETWORK_S)
    print_table("shufflenet_v2_x1_0, 224x224, batch 1", columns)


def network_sample(build_network: Callable[[], nn.Module], bind: Bind, layout: str) -> Sample:
    network = build_network().eval().to(memory_format=MEMORY_FORMATS[layout])
    return timed(bind(network, inputs((1, 3, 224, 224), layout)), lambda: None)


def inputs(shape: tuple[int, ...], layout: str) -> Tensor:
    return torch.randn(shape).to(memory_format=MEMORY_FORMATS[layout])


def check(form: object, output: Tensor, expected: Tensor) -> None:
    if form is not concat_alone and not torch.equal(output, expected):
        raise ValueError(f"{form} does not give what the plain form gives")


def ratios(builders: Mapping[str, Builder], baseline: str, time_s: float) -> dict[str, Estimate]:
    """Time of each network over the baseline's, within rounds, from about `time_s` seconds each."""
    recording = Rounds(dict(builders), baseline, LIMITS, budget_s=time_s * len(builders), order="0").run()
    if recording.dropped:
        raise SystemExit(f"{recording.dropped}")
    series = recording.seconds_per_call
    return {name: paired_ratio(series[name], series[baseline], 0.95) for name in builders}


def print_table(title: str, columns: Mapping[str, Mapping[str, Estimate]]) -> None:
    names = next(iter(columns.values()))
    rows = [[name, *(with_half_width(column[name]) for column in columns.values())] for name in names]
    print(title)
    print(tabulate(rows, ["", *columns], disable_numparse=True), "\n", flush=True)


if __name__ == "__main__":
    main()
