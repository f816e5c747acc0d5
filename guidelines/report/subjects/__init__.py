"""Build the documents and records of each command."""
