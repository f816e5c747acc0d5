"""Samples become estimates with intervals."""
