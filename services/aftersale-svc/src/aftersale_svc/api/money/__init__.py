"""Routes about the money of cases."""
