"""Keys that a payment provider signs its callbacks with, where it replaces them itself and publishes the next one beforehand."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """A key by its serial number, as its provider names it. It signs from `valid_from` until before `valid_until`."""

    serial: str
    public_key: str
    valid_from: datetime
    valid_until: datetime

    @property
    def secret(self) -> str:
        """As the adapter of the provider is given it to verify a callback."""
        return f"{self.serial}={self.public_key}"

    def is_valid(self, at: datetime) -> bool:
        """Whether it may sign at this time."""
        return self.valid_from <= at < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey(PublishedKey):
    """A key of this provider, as it is stored."""

    provider: str
