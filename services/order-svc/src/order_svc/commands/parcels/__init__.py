"""Parcels, what their couriers report of them, and where couriers post it."""
