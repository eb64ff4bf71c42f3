"""What is sent and shown about deadlines."""
