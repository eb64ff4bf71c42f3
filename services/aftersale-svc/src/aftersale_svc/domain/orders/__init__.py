"""Facts about orders, copied from the events of order-svc."""
