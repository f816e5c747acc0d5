"""A sweep under a condition becomes entries; no pytest."""
