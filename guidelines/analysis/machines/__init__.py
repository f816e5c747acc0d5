"""Many machines beside each other: the matrix of what they find, twins, kinds, and the nearest device."""
