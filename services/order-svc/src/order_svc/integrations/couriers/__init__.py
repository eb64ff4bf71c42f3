"""Couriers: one pure adapter per partner, and one normalised model of what they report."""
