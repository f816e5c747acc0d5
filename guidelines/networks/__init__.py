"""From a name to a module and its cost."""
