"""The documents and records of each command, section by section."""
