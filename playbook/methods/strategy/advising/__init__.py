"""Advising: which action suits which kind of customer, with its price and its expected effect."""
