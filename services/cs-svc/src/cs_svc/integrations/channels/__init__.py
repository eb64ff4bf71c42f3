"""Channels over which customers write, one module each."""
