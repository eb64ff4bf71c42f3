"""Work of kb-svc that opens its own transactions."""
