"""Routes about decisions."""
