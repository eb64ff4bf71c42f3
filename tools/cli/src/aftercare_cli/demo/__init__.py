"""One order's whole story, told by the four people who live it."""
