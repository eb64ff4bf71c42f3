"""Which intent a text has: features, a classifier in numpy, how sure it is, and its training (needs the extra `intents`)."""
