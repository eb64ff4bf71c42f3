"""The headers that every response has."""

from typing import Final

ALWAYS_SENT: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
NO_STORE: Final = (b"cache-control", b"no-store")
"""Sent unless the response says how long it may be stored."""
