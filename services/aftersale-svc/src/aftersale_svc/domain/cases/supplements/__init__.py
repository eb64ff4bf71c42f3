"""Supplements: those who review a request ask the buyer for more."""
