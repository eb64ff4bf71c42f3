"""Background work: it opens its own transactions and calls the partners' adapters outside of them."""
