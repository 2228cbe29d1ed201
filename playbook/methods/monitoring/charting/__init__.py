"""What stands behind the control charts: limits, rules, memory, spells, how sharp a chart is, how it is told."""
