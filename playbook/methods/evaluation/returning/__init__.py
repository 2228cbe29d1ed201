"""Returning: what interventions brought in money, what became of customers meanwhile, and whether promises were kept."""
