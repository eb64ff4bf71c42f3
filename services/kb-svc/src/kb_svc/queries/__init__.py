"""The reads of kb-svc: articles as a reader may see them, and the search."""
