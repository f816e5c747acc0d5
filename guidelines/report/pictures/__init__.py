"""Draw tables and feature reuse as pictures; matplotlib is imported only when one is drawn."""
