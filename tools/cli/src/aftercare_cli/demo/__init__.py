"""The demo: one order from payment to rating, through the public APIs, as five people."""
