"""Every KPI: its catalogue, its data, where it stands and what its goal is worth."""
