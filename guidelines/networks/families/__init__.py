"""One module for each family of networks: a width or a depth in, a module out."""
