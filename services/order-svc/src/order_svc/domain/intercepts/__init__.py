"""Intercepts: parcels on their way that a courier is to send back, or to another address."""
