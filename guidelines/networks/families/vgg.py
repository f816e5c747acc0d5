"""VGG-16 (Simonyan and Zisserman 2015): 3x3 convolutions in five stages, three linear layers."""

from torch import nn

from guidelines.networks.layers import deep_classifier

# Width and convolutions of each stage, followed by a maximum pool.
STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def vgg16() -> nn.Sequential:
    """The network for images of 224x224."""
    layers: list[nn.Module] = []
    c1 = 3
    for c2, convs in STAGES:
        for _ in range(convs):
            layers += [nn.Conv2d(c1, c2, 3, padding=1), nn.ReLU(inplace=True)]
            c1 = c2
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, deep_classifier(512 * 7 * 7))
