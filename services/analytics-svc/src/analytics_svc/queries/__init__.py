"""What analytics-svc answers: traces and metrics. Queries only read."""
