"""The commands of cs-svc, one module per noun."""
