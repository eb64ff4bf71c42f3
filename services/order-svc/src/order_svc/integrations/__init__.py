"""Adapters to the partners of this service: pure protocol code, without a database."""
