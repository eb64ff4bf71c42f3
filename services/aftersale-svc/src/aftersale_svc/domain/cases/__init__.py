"""After-sale cases: what they are, the legs that their types are made of, and who may do what."""
