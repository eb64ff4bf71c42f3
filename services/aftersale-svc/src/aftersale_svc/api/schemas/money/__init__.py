"""What is sent and shown about the money of cases."""
