"""Orders until they are shipped, and their receipt."""
