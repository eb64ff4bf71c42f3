"""Traces and metrics, computed with the standard library only."""
