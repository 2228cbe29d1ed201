"""Checking: what forbids a report, a mail or an export to leave the house, each finding with its place."""
