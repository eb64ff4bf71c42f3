"""What is sent and shown about evidence."""
