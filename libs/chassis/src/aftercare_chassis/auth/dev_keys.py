"""A local key set and tokens signed with it, for local runs, the demo and tests. Production has an identity provider."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

AUDIENCE = "aftercare"
PUBLIC_FILE = "jwks.json"
_PRIVATE_FILE = "private-key.json"


def make_key_set(directory: Path) -> ECKey:
    """The signing key in `directory`, created on first use; `jwks.json` beside it holds the public key."""
    directory.mkdir(parents=True, exist_ok=True)
    private = directory / _PRIVATE_FILE
    if not private.exists():
        key = ECKey.generate_key("P-256", {"kid": uuid4().hex[:16], "use": "sig", "alg": "ES256"})
        _write(private, json.dumps(key.as_dict(private=True)), mode=0o600)
    key = ECKey.import_key(json.loads(private.read_text()))
    _write(directory / PUBLIC_FILE, json.dumps({"keys": [key.as_dict(private=False)]}), mode=0o644)
    return key


def mint(
    key: ECKey, *, role: str, sub: str, issuer: str, now: datetime, hours: float = 12, **claims: str | None
) -> str:
    """A token for `sub` in `role`, valid for `hours` from `now`, with further claims; one that is None is left out."""
    registered = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": sub,
        "role": role,
        "nbf": int(now.timestamp()),
        "exp": int((now + timedelta(hours=hours)).timestamp()),
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, {**given, **registered}, key, algorithms=["ES256"])


def _write(path: Path, text: str, *, mode: int) -> None:
    # Renaming is atomic: a service that reads the file now gets the old set or the new one.
    aside = path.with_name(f".{path.name}.{uuid4().hex}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    aside.replace(path)
