"""Demand in all, by group and by product: levels that add up, drivers, goal, findings."""
