"""Changes of type by the buyer: what a case may become, and that it is reviewed again."""
