"""Forecasts of many series at once: candidates, backtests, weights and ranges."""
