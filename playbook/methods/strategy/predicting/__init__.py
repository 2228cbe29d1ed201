"""Predicting yes or no: what may be learnt from, which model to trust, how good it is, and why it says so."""
