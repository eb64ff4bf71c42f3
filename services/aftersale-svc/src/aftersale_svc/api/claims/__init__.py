"""Routes about claims on couriers and guarantees."""
