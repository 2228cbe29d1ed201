"""What revenue is made of, and how a change of it is split among its parts."""
