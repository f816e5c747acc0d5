"""Count the work of a module on an input, layer by layer."""
