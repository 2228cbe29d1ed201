"""How customers answer to prices, and where a price stands against competitors'."""
