"""Contracts: since when and until when each customer is bound, and what they pay."""

__all__ = []
