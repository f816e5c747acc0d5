"""Turn tables and comparisons into text, pages and pictures."""
