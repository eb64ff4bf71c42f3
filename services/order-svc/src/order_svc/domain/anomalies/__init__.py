"""Anomalies of parcels: silence, damage, loss and other ways that went wrong, as facts for people and for the after-sale centre."""
