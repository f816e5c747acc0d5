"""What a module costs, layer by layer; memory access in elements."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from guidelines.spec import Cost


@dataclass(frozen=True)
class LayerCost:
    """Work of a module in one call without the modules inside it, and its own parameters.

    `path` is "" for the module itself. `operators` counts those that are not views, `uncounted` those whose
    work is not known.
    """

    path: str
    kind: str
    work: Cost
    operators: int = 0
    uncounted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it does nothing by itself."""
        return not (self.operators or self.work.parameters)

    def __add__(self, other: "LayerCost") -> "LayerCost":
        """Both together, as the first."""
        return LayerCost(
            path=self.path,
            kind=self.kind,
            work=self.work + other.work,
            operators=self.operators + other.operators,
            uncounted=self.uncounted + other.uncounted,
        )


@dataclass(frozen=True)
class ModuleCost:
    """Every module inside a module, itself first, each parameter once.

    `uncountable` names operators whose multiply-adds are not known, with how often they were called.
    `device` is where the call was traced, `note` why not on the meta device.
    """

    layers: tuple[LayerCost, ...]
    uncountable: tuple[tuple[str, int], ...] = ()
    device: str = "meta"
    note: str = ""

    @property
    def total(self) -> LayerCost:
        """The whole call."""
        return _sum(self.layers)

    def to_depth(self, depth: int) -> tuple[LayerCost, ...]:
        """Layers down to a depth of paths, each with all that is deeper; 0 gives the whole module."""
        groups: dict[str, list[LayerCost]] = {}
        for layer in self.layers:
            names = layer.path.split(".") if layer.path else []
            groups.setdefault(".".join(names[:depth]), []).append(layer)
        return tuple(_sum(group) for group in groups.values())


def _sum(layers: Iterable[LayerCost]) -> LayerCost:
    return reduce(LayerCost.__add__, layers)
