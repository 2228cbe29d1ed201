"""Monitoring: is the plan on track, what changed, what needs a decision."""
