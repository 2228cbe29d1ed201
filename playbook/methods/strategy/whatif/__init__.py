"""What if: the drivers of a client's revenue, how far they may move together, and what that does to revenue and profit."""
