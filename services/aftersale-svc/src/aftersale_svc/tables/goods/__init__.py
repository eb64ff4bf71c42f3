"""The tables of goods on their way."""
