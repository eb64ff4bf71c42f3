"""Decisions as they are recorded, with what they cite, and replays of them."""
