"""What is sent and shown about decisions."""
