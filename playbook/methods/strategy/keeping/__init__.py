"""Keeping: who may leave, whom an action persuades to stay or to buy, and whom it pays to address."""
