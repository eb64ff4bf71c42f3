"""Claims beside cases: what claims of every kind share."""
