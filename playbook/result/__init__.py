"""Results: the contract every method answers with, and how values, tables and figures are shown."""
