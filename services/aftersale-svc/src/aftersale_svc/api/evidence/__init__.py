"""Routes about evidence."""
