"""What customers are worth: models of buying and of contracts, and what follows from them."""
