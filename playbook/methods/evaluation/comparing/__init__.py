"""Comparing: a client beside the consultant's other clients, none of whom can be told from the figures."""
