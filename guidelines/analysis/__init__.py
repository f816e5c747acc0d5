"""Turn runs into verdicts, tables and comparisons, without torch."""
