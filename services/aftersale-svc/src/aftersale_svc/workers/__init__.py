"""Background work: it opens its own transactions and calls stores and decoders outside of them."""
