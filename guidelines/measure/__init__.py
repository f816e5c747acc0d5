"""Measures a sweep under a condition and returns entries; knows nothing of pytest."""
