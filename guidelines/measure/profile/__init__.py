"""One network from the inside: where its time goes, what its blocks pass on."""
