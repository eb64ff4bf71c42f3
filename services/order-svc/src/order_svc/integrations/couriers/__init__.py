"""Couriers: one pure adapter per partner, and one model all of them speak."""
