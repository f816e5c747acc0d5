"""Rules that say which guideline an operator of a network breaks, with the number that says how much."""

from typing import NamedTuple

from guidelines.networks.cost.classes import ELEMENTWISE, MOVEMENT, NORMALISATION, SHUFFLE
from guidelines.networks.parts.product import Product
from guidelines.networks.parts.program import Call
from guidelines.results.audit import FOLDABLE

# Operators without products, all of whose time the fourth guideline is about.
G4_KINDS = {
    ELEMENTWISE: "works element by element",
    NORMALISATION: "normalisation",
    SHUFFLE: "shuffles channels",
    MOVEMENT: "copies",
}


class Broken(NamedTuple):
    """The guideline that an operator breaks, and in what way; both "" if it breaks none."""

    guideline: str = ""
    rule: str = ""


def broken(call: Call, product: Product | None, is_foldable: bool = False) -> Broken:
    """The guideline that one operator breaks by itself; it `is_foldable` if a convolution could do its work.

    G1: a 1x1 convolution or linear layer whose widths differ. G2: a group convolution. G4: an operator
    without products, and a depthwise convolution, which the paper counts to these.
    """
    if is_foldable:
        return Broken("G4", FOLDABLE)
    if product is None:
        kind = call.cost.kind if call.cost else ""
        return Broken("G4", G4_KINDS[kind]) if kind in G4_KINDS else Broken()
    if product.is_depthwise:
        return Broken("G4", "depthwise convolution")
    if product.groups > 1:
        return Broken("G2", f"{product.groups} groups")
    if product.is_pointwise and product.c1 != product.c2:
        ratio = max(product.c1, product.c2) / min(product.c1, product.c2)
        return Broken("G1", f"widths {product.c1} and {product.c2}, 1:{ratio:.3g}")
    return Broken()
