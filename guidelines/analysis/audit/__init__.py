"""Shares and prices of the operators of an audited network, and the change between two audits."""
