"""Orders that a shop had before it came here."""
