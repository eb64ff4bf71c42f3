"""The tables of claims on couriers and guarantees."""
