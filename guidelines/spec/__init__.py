"""Conditions, variants and sweeps, with their work in closed form; needs no torch."""
