"""Bearer tokens signed with the local key set."""

from datetime import UTC, datetime
from pathlib import Path

from aftercare_chassis.auth.dev_keys import make_key_set, mint

ISSUER = "aftercare-local"


def token(home: Path, *, role: str, sub: str, merchant: str | None = None, hours: float = 12) -> str:
    """A token that the services of the stack in `home` accept, valid for `hours`."""
    key = make_key_set(home / "keys")
    return mint(key, role=role, sub=sub, issuer=ISSUER, now=datetime.now(UTC), merchant_id=merchant, hours=hours)
