"""Claims on couriers and on guarantees."""
