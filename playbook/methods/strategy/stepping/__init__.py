"""Stepping: what stands behind the next best step: ways as counts, smoothed chances, policies, their value, key steps."""
