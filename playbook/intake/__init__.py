"""Intake: what the client sent becomes typed, checked tables under canonical names."""
