"""NASNet-A, 4 @ 1056 (Zoph et al. 2018): two searched cells, each five sums of two operators."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

import torch
from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, with_epsilon

# Inputs of a cell: the output of the cell before the last, and of the last. From 2 on: the sums, in order.
BEFORE, LAST = 0, 1


@dataclass(frozen=True)
class Wiring:
    """A searched cell (its Figure 4): each sum adds two operators on their sources; some sums are joined.

    Its inputs are read at `stride`, its sums at stride 1.
    """

    stride: int
    sums: tuple[tuple[tuple[str, int], tuple[str, int]], ...]
    joined: tuple[int, ...]


NORMAL = Wiring(
    stride=1,
    sums=(
        (("separable 5x5", LAST), ("separable 3x3", BEFORE)),
        (("separable 5x5", BEFORE), ("separable 3x3", BEFORE)),
        (("average 3x3", LAST), ("identity", BEFORE)),
        (("average 3x3", BEFORE), ("average 3x3", BEFORE)),
        (("separable 3x3", LAST), ("identity", LAST)),
    ),
    joined=(BEFORE, 2, 3, 4, 5, 6),
)
REDUCTION = Wiring(
    stride=2,
    sums=(
        (("separable 5x5", LAST), ("separable 7x7", BEFORE)),
        (("maximum 3x3", LAST), ("separable 7x7", BEFORE)),
        (("average 3x3", LAST), ("separable 5x5", BEFORE)),
        (("average 3x3", 2), ("identity", 3)),
        (("separable 3x3", 2), ("maximum 3x3", LAST)),
    ),
    joined=(3, 4, 5, 6),
)
# Each cell and the width of its operators; the last joins 6 x 176 = 1056 channels.
CELLS = (
    *((REDUCTION, 11), (REDUCTION, 22), *((NORMAL, 44),) * 4),
    *((REDUCTION, 88), *((NORMAL, 88),) * 4),
    *((REDUCTION, 176), *((NORMAL, 176),) * 4),
)
STEM = 32
# Of its batch normalisations, in the authors' models.
EPSILON = 1e-3


def nasnet_a_mobile() -> "NasNet":
    """The network for images of 224x224.

    The reductions halve maps of an odd size at first (111), then of even ones (56, 28, 14). There a row and
    a column are added and dropped again behind the first convolutions, as in the PyTorch ports: 568.2 M
    multiply-adds. Uneven padding would give the same values with the printed 564 M.
    """
    wiring, c = CELLS[0]
    first = Cell(wiring, nn.Identity(), _projected(STEM, c), c1=STEM, c2=c, halves_even=False)
    cells = [first]
    c1, c2 = STEM, len(wiring.joined) * c
    for (former, _), (wiring, c) in pairwise(CELLS):
        fitted = FactorizedReduction if former is REDUCTION else _projected
        cell = Cell(
            wiring,
            before=fitted(c1, c),
            last=_projected(c2, c),
            c1=c,
            c2=c,
            halves_even=wiring is REDUCTION,
        )
        cells.append(cell)
        c1, c2 = c2, len(wiring.joined) * c
    return with_epsilon(NasNet(cells, c2), EPSILON)


class NasNet(nn.Module):
    """A strided 3x3 convolution, cells that see the outputs of the two before them, and a classifier."""

    def __init__(self, cells: list["Cell"], c: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, STEM, 3, stride=2, bias=False), nn.BatchNorm2d(STEM))
        self.cells = nn.ModuleList(cells)
        self.head = nn.Sequential(nn.ReLU(inplace=True), classifier(c))

    def forward(self, x: Tensor) -> Tensor:
        before = last = self.stem(x)
        for cell in self.cells:
            before, last = last, cell(before, last)
        out: Tensor = self.head(last)
        return out


class Cell(nn.Module):
    """One wiring at width c2. `before` and `last` fit its two inputs to c1 and to c2 channels at one size."""

    def __init__(
        self, wiring: Wiring, before: nn.Module, last: nn.Module, c1: int, c2: int, halves_even: bool
    ) -> None:
        super().__init__()
        self.wiring = wiring
        self.before, self.last = before, last
        self.operators = nn.ModuleList()
        for name, source in chain.from_iterable(wiring.sums):
            own_c1 = c1 if source == BEFORE else c2
            stride = wiring.stride if source <= LAST else 1
            self.operators.append(OPERATORS[name](own_c1, c2, stride, halves_even))

    def forward(self, before: Tensor, last: Tensor) -> Tensor:
        states = [self.before(before), self.last(last)]
        operators = list(self.operators)
        for k, ((_, i), (_, j)) in enumerate(self.wiring.sums):
            states.append(operators[2 * k](states[i]) + operators[2 * k + 1](states[j]))
        return torch.cat([states[k] for k in self.wiring.joined], dim=1)


class FactorizedReduction(nn.Module):
    """Every other pixel from two origins, one diagonal step apart: (n, c1, h, w) -> (n, c2, h / 2, w / 2)."""

    def __init__(self, c1: int, c2: int) -> None:
        super().__init__()
        half = c2 // 2
        self.even = nn.Sequential(nn.AvgPool2d(1, 2), nn.Conv2d(c1, half, 1, bias=False))
        self.odd = nn.Sequential(
            nn.ZeroPad2d((-1, 1, -1, 1)), nn.AvgPool2d(1, 2), nn.Conv2d(c1, half, 1, bias=False)
        )
        self.norm = nn.BatchNorm2d(c2)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        out: Tensor = self.norm(torch.cat((self.even(x), self.odd(x)), dim=1))
        return out


def _projected(c1: int, c2: int) -> nn.Sequential:
    return nn.Sequential(nn.ReLU(), conv_norm(c1, c2, activation=None))


def _separable(kernel_size: int, c1: int, c2: int, stride: int, halves_even: bool) -> nn.Sequential:
    """Two separable convolutions, each behind a ReLU; the first has the stride and sets the width."""
    first: list[nn.Module] = [*_depthwise_pointwise(c1, c2, kernel_size, stride)]
    if halves_even:  # add a row and a column, then drop them again
        first = [nn.ZeroPad2d((1, 0, 1, 0)), *first, nn.ZeroPad2d((-1, 0, -1, 0))]
    second = _depthwise_pointwise(c2, c2, kernel_size)
    layers = [nn.ReLU(), *first, nn.BatchNorm2d(c2), nn.ReLU(inplace=True), *second, nn.BatchNorm2d(c2)]
    return nn.Sequential(*layers)


def _depthwise_pointwise(c1: int, c2: int, kernel_size: int, stride: int = 1) -> tuple[nn.Conv2d, nn.Conv2d]:
    depthwise = nn.Conv2d(c1, c1, kernel_size, stride=stride, padding=kernel_size // 2, groups=c1, bias=False)
    return depthwise, nn.Conv2d(c1, c2, 1, bias=False)


def _pool(pool: Callable[..., nn.Module], c1: int, c2: int, stride: int, halves_even: bool) -> nn.Module:
    """Over 3x3 pixels. If it halves an even size, windows start inside the map and end beyond it."""
    padding = 0 if halves_even and stride == 2 else 1
    return pool(3, stride, padding, ceil_mode=True)


# Each takes the channels it reads and gives, the stride, and whether the cell halves maps of an even size.
OPERATORS: Mapping[str, Callable[[int, int, int, bool], nn.Module]] = {
    **{f"separable {k}x{k}": partial(_separable, k) for k in (3, 5, 7)},
    "average 3x3": partial(_pool, partial(nn.AvgPool2d, count_include_pad=False)),
    "maximum 3x3": partial(_pool, nn.MaxPool2d),
    "identity": nn.Identity,
}
