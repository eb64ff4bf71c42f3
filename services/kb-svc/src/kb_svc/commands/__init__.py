"""The commands of kb-svc, one module per noun."""
