"""From a module and the shape of its input to its work, layer by layer."""
