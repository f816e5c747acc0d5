"""Do the four guidelines of ShuffleNet V2 hold on this device, and by how much?"""

from guidelines.spec.condition import Condition, Setup
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Stack, Traced

__all__ = ["Condition", "Conv", "Setup", "Stack", "Sweep", "Traced", "Variant"]
__version__ = "0.1.0"
