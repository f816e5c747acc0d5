"""Build networks by name, and count their work."""
