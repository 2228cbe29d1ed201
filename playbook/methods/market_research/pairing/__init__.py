"""Products that belong in one basket."""
