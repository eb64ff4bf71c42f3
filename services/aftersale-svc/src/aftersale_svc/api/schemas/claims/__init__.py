"""What is sent and shown about claims on couriers and guarantees."""
