"""Routes about deadlines."""
