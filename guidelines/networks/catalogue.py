"""The cost of every network of the suite, as data. Tests compare the networks with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from guidelines.spec.work import Cost


@dataclass(frozen=True)
class Known:
    """A network and the work of one call on one image.

    `is_reference` says that others published or counted the same parameters and multiply-adds.
    """

    name: str
    work: Cost
    image_size: int = 224
    is_reference: bool = False


def catalogue() -> tuple[Known, ...]:
    """Every network, in the order of `guidelines.networks.registry.NETWORKS`."""
    content = json.loads(files("guidelines").joinpath("networks", "counts.json").read_text("utf-8"))
    return tuple(_known(name, figures) for name, figures in content.items())


def _known(name: str, figures: Mapping[str, Any]) -> Known:
    counts = [field.name for field in fields(Cost)]
    work = Cost(**{count: figures[count] for count in counts})
    rest = {key: value for key, value in figures.items() if key not in counts}
    return Known(name, work, **rest)
