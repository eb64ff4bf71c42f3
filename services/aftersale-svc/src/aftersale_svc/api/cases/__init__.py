"""Routes about cases."""
