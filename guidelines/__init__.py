"""Do the four guidelines of ShuffleNet V2 hold on this device, and by how much?"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guidelines.networks.counted import counted
    from guidelines.spec.condition import Condition, Setup
    from guidelines.spec.sweep import Sweep, Variant
    from guidelines.spec.work import Conv, Stack, Traced

__all__ = ["Condition", "Conv", "Setup", "Stack", "Sweep", "Traced", "Variant", "counted"]
__version__ = "0.1.0"

# Modules of the words above. They are imported when they are used: every pytest run imports this package if
# the suite is installed. Only `counted` loads torch.
_MODULES = {
    "Condition": "spec.condition",
    "Setup": "spec.condition",
    "Sweep": "spec.sweep",
    "Variant": "spec.sweep",
    "Conv": "spec.work",
    "Stack": "spec.work",
    "Traced": "spec.work",
    "counted": "networks.counted",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"guidelines.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
