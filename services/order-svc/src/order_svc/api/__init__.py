"""The HTTP side: routes of a few lines each, and the shapes that travel."""
