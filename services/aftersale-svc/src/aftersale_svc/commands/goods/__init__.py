"""Goods on their way: back to the merchant, to the buyer again, or another piece in their place."""
