"""The tables of decisions."""
