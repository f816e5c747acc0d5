"""Everything else that happens on the machine meanwhile."""
