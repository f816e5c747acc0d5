"""Build the networks of each family, by width or by depth."""
