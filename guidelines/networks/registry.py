"""Whole networks by name, each built anew at every call; inputs are (n, 3, h, w), outputs (n, 1000)."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial

from torch import nn

from guidelines.networks.families.alexnet import alexnet
from guidelines.networks.families.condensenet import condensenet74
from guidelines.networks.families.densenet import densenet121
from guidelines.networks.families.dpn import dpn92
from guidelines.networks.families.igcv3 import igcv3_d
from guidelines.networks.families.mobilenet_v1 import mobilenet_v1
from guidelines.networks.families.mobilenet_v2 import mobilenet_v2
from guidelines.networks.families.nasnet import nasnet_a_mobile
from guidelines.networks.families.pyramidnet import pyramidnet101_a360
from guidelines.networks.families.resnet import resnet50, resnext50_32x4d, wide_resnet50_2
from guidelines.networks.families.shufflenet_v1 import shufflenet_v1, shufflenet_v1_50
from guidelines.networks.families.shufflenet_v2 import WIDTHS as SHUFFLENET_V2_WIDTHS
from guidelines.networks.families.shufflenet_v2 import deep_shufflenet_v2, shufflenet_v2
from guidelines.networks.families.vgg import vgg16
from guidelines.networks.families.xception import xception

MOBILENET_WIDTHS = (0.25, 0.5, 0.75, 1.0)
MOBILENET_V2_WIDTHS = (0.4, 0.75, 1.0, 1.4)
IGCV3_WIDTHS = (0.7, 1.0, 1.4)
CONDENSENET_GROUPS = (4, 8)
# Width and groups.
SHUFFLENET_V1_SIZES = (
    *((0.5, 3), (0.5, 8)),
    *((1.0, 1), (1.0, 2), (1.0, 3), (1.0, 4), (1.0, 8)),
    *((1.5, 3), (1.5, 8), (2.0, 3), (2.0, 8)),
)


def _x(width: float) -> str:
    """A width as part of a name: 0.5 is x0_5."""
    return f"x{width}".replace(".", "_")


NETWORKS: Mapping[str, Callable[[], nn.Module]] = {
    **{f"shufflenet_v2_{_x(w)}": partial(shufflenet_v2, w) for w in SHUFFLENET_V2_WIDTHS},
    "shufflenet_v2_50": deep_shufflenet_v2,
    "se_shufflenet_v2_x2_0": partial(shufflenet_v2, 2.0, se=True),
    "se_shufflenet_v2_164": partial(deep_shufflenet_v2, 164, residual=True, se=True),
    **{f"shufflenet_v1_{_x(w)}_g{g}": partial(shufflenet_v1, w, g) for w, g in SHUFFLENET_V1_SIZES},
    "shufflenet_v1_50_g3": shufflenet_v1_50,
    **{f"mobilenet_v1_{_x(w)}": partial(mobilenet_v1, w) for w in MOBILENET_WIDTHS},
    **{f"mobilenet_v2_{_x(w)}": partial(mobilenet_v2, w) for w in MOBILENET_V2_WIDTHS},
    **{f"igcv3_d_{_x(w)}": partial(igcv3_d, w) for w in IGCV3_WIDTHS},
    **{f"condensenet74_g{g}": partial(condensenet74, g) for g in CONDENSENET_GROUPS},
    "nasnet_a_mobile": nasnet_a_mobile,
    "xception": xception,
    "resnet50": resnet50,
    "resnet50_v1_5": partial(resnet50, strides_in_first=False),
    "wide_resnet50_2": wide_resnet50_2,
    "resnext50_32x4d": resnext50_32x4d,
    "densenet121": densenet121,
    "dpn92": dpn92,
    "pyramidnet101_a360": pyramidnet101_a360,
    "alexnet": alexnet,
    "vgg16": vgg16,
}


def build(name: str) -> nn.Module:
    """A network in evaluation mode. Raises ValueError as `known`."""
    return known(name)().eval()


def known(name: str) -> Callable[[], nn.Module]:
    """The function that builds a network. Raises ValueError, naming similar networks, for an unknown name."""
    if name not in NETWORKS:
        near = ", ".join(get_close_matches(name, NETWORKS, n=3, cutoff=0.4))
        hint = f"near: {near}" if near else "`guidelines networks` lists them"
        raise ValueError(f"{name!r} is no network of this suite; {hint}")
    return NETWORKS[name]
