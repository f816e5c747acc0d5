"""What every network of the suite costs, as data: the figures that tests hold the networks to."""

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Known:
    """A network's parameters, and the work of one call on one image; memory access in elements.

    `is_reference` where others published or counted its parameters and multiply-adds, too.
    """

    name: str
    parameters: int
    multiply_adds: int
    conv_memory_access: int
    memory_access: int
    image_size: int = 224
    is_reference: bool = False


def catalogue() -> tuple[Known, ...]:
    """Every network, in the order of `guidelines.networks.NETWORKS`."""
    content = json.loads(files("guidelines").joinpath("networks", "counts.json").read_text("utf-8"))
    return tuple(Known(name, **figures) for name, figures in content.items())
