"""Goods in exchange for others: what is wanted, what it costs, what is refused and goes back to the buyer."""
