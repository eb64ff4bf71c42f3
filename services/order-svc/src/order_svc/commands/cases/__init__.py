"""What after-sale cases do to an order: its state, its units and its money."""
