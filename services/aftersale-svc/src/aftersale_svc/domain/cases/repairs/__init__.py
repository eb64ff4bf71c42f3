"""Repairs: what a repair costs, what was done, and what follows where it is not possible."""
