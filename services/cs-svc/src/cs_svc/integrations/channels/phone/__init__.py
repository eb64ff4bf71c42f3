"""A telephone system that reports calls by signed webhooks."""
