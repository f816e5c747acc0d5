"""Conditions, variants and sweeps with their work in closed form; no torch."""
