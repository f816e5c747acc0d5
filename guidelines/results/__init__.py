"""Entries of a run and how they are saved: files and journals, and back; no torch."""
