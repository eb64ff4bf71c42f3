"""Disputes about cases, and the verdicts that end them."""
