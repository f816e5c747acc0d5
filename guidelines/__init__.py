"""Do the four guidelines of ShuffleNet V2 hold on this device, and by how much?"""

__version__ = "0.1.0"
