"""What is sent and shown about disputes."""
