"""The tables of evidence."""
