"""Equity: what stands behind fairness: gaps between groups, what stands in for an attribute, and what closing a gap costs."""
