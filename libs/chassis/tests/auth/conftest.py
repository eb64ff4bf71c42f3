"""A key set in a folder of the test, and tokens that are signed with it."""

from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import FixedClock
from aftercare_events.roles import ROLES
from joserfc import jwt


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def key(tmp_path: Path) -> Any:
    return make_key_set(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, key: Any) -> ServiceSettings:
    return ServiceSettings.example().model_copy(update={"jwks_file": str(tmp_path / "jwks.json")})


@pytest.fixture
def token(key: Any, clock: FixedClock, settings: ServiceSettings) -> str:
    return mint(key, role="buyer", sub="buyer-1", issuer=settings.jwt_issuer, now=clock.now())


@pytest.fixture
def verifier(settings: ServiceSettings, clock: FixedClock) -> Verifier:
    return Verifier(settings, clock, ROLES)


@pytest.fixture
def claims(clock: FixedClock) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    return {
        "iss": "aftercare-local",
        "aud": "aftercare",
        "sub": "buyer-1",
        "role": "buyer",
        "nbf": now,
        "exp": now + 3600,
    }


def sign(key: Any, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, claims, key, algorithms=["ES256", "HS256", "none"])


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
