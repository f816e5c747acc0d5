"""Runs become verdicts, tables and comparisons; no torch."""
