"""What cases hold of the units and the money of an order, and what a refund gives back."""
