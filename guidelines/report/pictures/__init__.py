"""Tables and measured reuse as pictures; matplotlib is imported only when one is drawn."""
