"""Routes about goods on their way."""
