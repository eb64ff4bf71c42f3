"""A server that makes vectors of texts."""
