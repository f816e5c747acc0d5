"""ResNet (He et al. 2016), Wide ResNet (Zagoruyko 2016) and ResNeXt (Xie et al. 2017) of fifty layers."""

from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm

# Output width and blocks of each stage.
STAGES = ((256, 3), (512, 4), (1024, 6), (2048, 3))


def resnet50(inner: int = 64, groups: int = 1, strides_in_first: bool = True) -> nn.Sequential:
    """Bottleneck stages behind a 7x7 convolution and a maximum pool.

    `inner` is the width of the first stage's 3x3 convolutions, which doubles from stage to stage. The
    stride is in the first 1x1 convolution as published (He et al., table 1), else in the 3x3.
    """
    layers: list[nn.Module] = [conv_norm(3, 64, 7, stride=2), nn.MaxPool2d(3, 2, 1)]
    c1 = 64
    for stage, (c2, blocks) in enumerate(STAGES):
        for k in range(blocks):
            stride = 2 if stage > 0 and k == 0 else 1
            block = Bottleneck(
                c1,
                inner=inner * 2**stage,
                c2=c2,
                stride=stride,
                groups=groups,
                strides_in_first=strides_in_first,
            )
            layers.append(block)
            c1 = c2
    return nn.Sequential(*layers, classifier(c1))


def wide_resnet50_2() -> nn.Sequential:
    """Twice as wide inside its bottlenecks."""
    return resnet50(inner=128, strides_in_first=False)


def resnext50_32x4d() -> nn.Sequential:
    """Twice as wide inside, in 32 groups."""
    return resnet50(inner=128, groups=32, strides_in_first=False)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1, added to the input or to its projection: (n, c1, h, w) -> (n, c2, h', w')."""

    def __init__(
        self, c1: int, inner: int, c2: int, stride: int, groups: int, strides_in_first: bool
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if strides_in_first else (1, stride)
        self.branch = nn.Sequential(
            conv_norm(c1, inner, stride=first),
            conv_norm(inner, inner, 3, stride=second, groups=groups),
            conv_norm(inner, c2, activation=None),
        )
        fits = stride == 1 and c1 == c2
        self.shortcut = nn.Identity() if fits else conv_norm(c1, c2, stride=stride, activation=None)
        self.activate = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.branch(x)
        out += self.shortcut(x)
        activated: Tensor = self.activate(out)
        return activated
