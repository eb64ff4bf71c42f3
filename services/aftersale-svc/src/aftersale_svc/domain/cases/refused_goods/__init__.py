"""Refused goods of a case that go back to the buyer."""
