"""Verbs that change: articles are drafted, published and retired; the index follows; the seeds are planted."""
