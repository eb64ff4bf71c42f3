"""What is sent and shown about goods on their way."""
