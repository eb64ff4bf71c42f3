"""SELECTs that answer: articles as a reader may see them, and the search."""
