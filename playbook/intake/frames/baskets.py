"""Baskets: which products are bought together, counted where the lines lie."""

__all__ = []
