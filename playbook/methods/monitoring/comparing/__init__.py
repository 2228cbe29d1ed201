"""What stands behind the comparison of two reports of one client."""
