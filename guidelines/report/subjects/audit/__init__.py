"""Arrange audits of networks, and the comparison of two."""
