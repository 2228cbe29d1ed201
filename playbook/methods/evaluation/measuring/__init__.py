"""Measuring: what an intervention changed, by randomised test, by other customers or regions, or by the own past."""
