"""Keeps the published language readable: what was released once may only grow by optional fields."""
