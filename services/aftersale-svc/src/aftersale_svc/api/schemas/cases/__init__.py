"""What is sent and shown about cases."""
