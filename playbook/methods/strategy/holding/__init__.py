"""Holding: what stands behind the stock section: demand until the next delivery, reorder points, what lies and what lacks."""
