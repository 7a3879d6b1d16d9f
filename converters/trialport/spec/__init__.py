"""The mapping specification: its nodes, its text, and what its expressions mean."""
