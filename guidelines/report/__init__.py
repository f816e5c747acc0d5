"""Saved results become tables, and tables become text."""
