"""The cost of a module, layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass

from guidelines.spec.work import Cost, total


@dataclass(frozen=True)
class LayerCost:
    """Work and parameters of one module in one call, without the modules inside it.

    `path` is "" for the outermost module. `operators` is the number of operators without views, `uncounted`
    the number of operators of unknown work.
    """

    path: str
    kind: str
    work: Cost
    operators: int = 0
    uncounted: int = 0

    @property
    def is_empty(self) -> bool:
        """True if it runs no operator and owns no parameter itself."""
        return not (self.operators or self.work.parameters)


@dataclass(frozen=True)
class OperatorSum:
    """The work of all calls of one operator, such as "aten.relu_"; `uncounted` calls are of unknown work."""

    name: str
    calls: int
    work: Cost
    uncounted: int = 0


@dataclass(frozen=True)
class ModuleCost:
    """The cost of every module inside a module, itself first; each parameter counts once.

    `operators` holds the same work operator by operator, the most memory access first. `views` are the
    operators that touch no element, with the number of their calls. The call was traced on `device`; if that
    is not the meta device, `note` holds the reason. `build_note` holds the reason if the module could not be
    built on the meta device.
    """

    layers: tuple[LayerCost, ...]
    operators: tuple[OperatorSum, ...] = ()
    views: tuple[tuple[str, int], ...] = ()
    device: str = "meta"
    note: str = ""
    build_note: str = ""

    @property
    def total(self) -> LayerCost:
        """The cost of the whole call."""
        return _sum(self.layers)

    @property
    def uncountable(self) -> tuple[tuple[str, int], ...]:
        """The operators whose multiply-adds are not known, and the number of their calls."""
        return tuple((each.name, each.uncounted) for each in self.operators if each.uncounted)

    def to_depth(self, depth: int) -> tuple[LayerCost, ...]:
        """Layers down to a depth of paths, each including deeper ones; depth 0 is the whole module."""
        groups: dict[str, list[LayerCost]] = {}
        for layer in self.layers:
            names = layer.path.split(".") if layer.path else []
            groups.setdefault(".".join(names[:depth]), []).append(layer)
        return tuple(_sum(group) for group in groups.values())


def _sum(layers: Sequence[LayerCost]) -> LayerCost:
    """All layers as one, under the first one's path and kind."""
    return LayerCost(
        path=layers[0].path,
        kind=layers[0].kind,
        work=total(layer.work for layer in layers),
        operators=sum(layer.operators for layer in layers),
        uncounted=sum(layer.uncounted for layer in layers),
    )
