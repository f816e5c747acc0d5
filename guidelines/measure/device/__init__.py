"""One network on one device: how it is run, timed and checked."""
