"""What stands behind the section on campaigns: rates with their ranges, and tests that may be looked at at any time."""
