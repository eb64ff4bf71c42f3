"""Claims to goods that an inspection refused: they go back to the buyer, or what they are worth is owed."""
