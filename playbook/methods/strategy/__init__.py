"""Strategy: whom to serve with what, within which budget."""
