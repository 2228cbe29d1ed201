"""Setting prices: which prices and discounts should change, within what was seen, what is wanted and what is known."""
