"""Market research: who the customers are and what they will buy."""
