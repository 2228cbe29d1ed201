"""Recommending: what stands behind the recommendations section: scorers, their trial, the rules, the lists."""
