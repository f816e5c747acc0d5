"""Measure a network and each of its distinct operators, with alternatives, in one sweep."""
