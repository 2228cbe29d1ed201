"""Spending: what channels bring for their money, and a budget split so that it brings most."""
