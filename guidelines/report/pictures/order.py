"""Order the variants of a panel, whose curves may have other rows."""

import re
from collections.abc import Mapping, Sequence


def in_order(curves: Sequence[Mapping[str, int]]) -> list[str]:
    """The variants of several curves, each with its row, in the order of their rows.

    Networks of other widths have other rows under one name: the order is then one that keeps that of each
    curve, with the smaller number first: "1:1", "1:2", "1:4", "1:6", "1:12", "1:16".
    """
    rows: dict[str, int] = {}
    for curve in curves:
        rows |= curve
    is_consistent = all(curve.items() <= rows.items() for curve in curves)
    if is_consistent and len(set(rows.values())) == len(rows):
        return sorted(rows, key=lambda name: rows[name])
    return _merged([sorted(curve, key=lambda name: curve[name]) for curve in curves])


def _merged(orders: Sequence[list[str]]) -> list[str]:
    left = [list(order) for order in orders]
    merged: list[str] = []
    while any(left):
        heads = [order[0] for order in left if order]
        behind: set[str] = set()
        for order in left:
            behind.update(order[1:])
        name = min([head for head in heads if head not in behind] or heads, key=_number)
        merged.append(name)
        for order in left:
            order[:] = [other for other in order if other != name]
    return merged


def _number(name: str) -> int:
    """The last number in a name; 0 without one."""
    numbers = re.findall(r"\d+", name)
    return int(numbers[-1]) if numbers else 0
