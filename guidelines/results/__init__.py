"""Entries of a run, and how files and journals hold them; needs no torch."""
