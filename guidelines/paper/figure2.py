"""Published shares of run time of Figure 2."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from guidelines.paper.tables import Platform


def percent(network: str, platform: Platform) -> dict[str, float]:
    """The shares of a network by the paper's names, in percent; {} for a network that is not in the figure.

    >>> percent("mobilenet_v2_x1_0", "gpu")
    {'Conv': 54, 'Data': 22, 'Elemwise': 23, 'Other': 1}
    """
    shares = _figure()["percent"].get(network, {}).get(platform, {})
    return {name: share for name, share in shares.items() if share is not None}


@cache
def _figure() -> dict[str, Any]:
    figure: dict[str, Any] = json.loads(files("guidelines.paper").joinpath("figure2.json").read_text("utf-8"))
    return figure
