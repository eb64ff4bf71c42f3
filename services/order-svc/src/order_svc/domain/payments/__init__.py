"""Payments and refunds: their rows, the tables of their states, and the rules about their money."""
