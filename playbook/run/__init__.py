"""Run: notebooks executed for a client, and their reports published whole or not at all."""
