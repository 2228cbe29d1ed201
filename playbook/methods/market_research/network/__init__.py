"""The network of drivers: its variables, rules, learning and answers."""
