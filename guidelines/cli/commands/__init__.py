"""The commands, one a file: its help text, its arguments and its action."""
