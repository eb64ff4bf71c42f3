"""The tables of the money of cases."""
