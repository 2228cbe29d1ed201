"""Evaluation: what each intervention brought, and what was learned."""
