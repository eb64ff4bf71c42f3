"""What is ordered of couriers: one port, an adapter per courier. Pure protocol code, no database."""
