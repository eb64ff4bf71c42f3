"""The HTTP side of analytics-svc."""
