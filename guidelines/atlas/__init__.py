"""Recorded devices that come with the suite: of each a saved run without its samples."""
