"""Learning: what a measurement adds to what was believed before."""
