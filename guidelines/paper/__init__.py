"""Published figures of the paper as data."""
