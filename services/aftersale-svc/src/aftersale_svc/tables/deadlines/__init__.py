"""The tables of deadlines."""
