"""The market's course, and the client's share of it and of its customers' spending."""
