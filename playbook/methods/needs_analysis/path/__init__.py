"""The way to a sale: steps, leaks, time, stalls, turns, splits, and the deals of a pipeline."""
