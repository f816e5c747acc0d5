"""Hold each command in a file of its own: help text, arguments and action."""
