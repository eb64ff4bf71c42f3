"""Disputes, from their opening to the execution of the final verdict."""
