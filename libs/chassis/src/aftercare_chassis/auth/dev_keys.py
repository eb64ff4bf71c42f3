"""A local key set and tokens signed with it: for local runs, the demo and tests. Production brings its own issuer."""

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
    """The signing key kept in `directory`, made on first use; its public half lies beside it in `jwks.json`."""
    directory.mkdir(parents=True, exist_ok=True)
    private = directory / _PRIVATE_FILE
    if not private.exists():
        key = ECKey.generate_key("P-256", {"kid": uuid4().hex[:16], "use": "sig", "alg": "ES256"})
        _write(private, json.dumps(key.as_dict(private=True)), mode=0o600)
    key = ECKey.import_key(json.loads(private.read_text()))
    _write(directory / PUBLIC_FILE, json.dumps({"keys": [key.as_dict(private=False)]}), mode=0o644)
    return key


def mint(
    key: ECKey, *, role: str, sub: str, issuer: str, now: datetime, merchant_id: str | None = None, hours: float = 12
) -> str:
    """A token for `sub` in `role`, good for `hours` from `now`."""
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": sub,
        "role": role,
        "nbf": int(now.timestamp()),
        "exp": int((now + timedelta(hours=hours)).timestamp()),
    }
    if merchant_id is not None:
        claims["merchant_id"] = merchant_id
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def _write(path: Path, text: str, *, mode: int) -> None:
    # Written aside and renamed: a service that reads at this moment sees the old set or the new one, never half.
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    aside.replace(path)
