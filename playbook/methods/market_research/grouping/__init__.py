"""Ways to sort customers into segments, and what tells the segments apart."""
