"""Routes about disputes."""
