"""Bearer tokens: who is let in, as whom, and for how long."""

import base64
import json
import timeit
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_chassis.auth.dev_keys import mint
from aftercare_chassis.auth.errors import TokenExpired, TokenInvalid, TokenMalformed, TokenMissing, Unauthenticated
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.http.problems import install
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import FixedClock
from aftercare_events.roles import ROLES
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from .conftest import bearer, sign

KINDS = {
    "RS256": lambda kid: RSAKey.generate_key(2048, {"kid": kid}),
    "ES256": lambda kid: ECKey.generate_key("P-256", {"kid": kid}),
    "ES384": lambda kid: ECKey.generate_key("P-384", {"kid": kid}),
    "EdDSA": lambda kid: OKPKey.generate_key("Ed25519", {"kid": kid}),
}


def test_a_valid_token_names_the_caller(verifier: Verifier, token: str, key: Any, clock: FixedClock) -> None:
    assert verifier.actor(bearer(token)) == Actor("buyer-1", "buyer")
    seller = mint(key, role="seller", sub="s-1", merchant_id="m-1", issuer="aftercare-local", now=clock.now())
    assert verifier.actor(bearer(seller)) == Actor("s-1", "seller", "m-1")


def test_a_tenant_for_which_the_role_does_not_act_is_an_affiliation(
    verifier: Verifier, key: Any, clock: FixedClock
) -> None:
    token = mint(key, role="admin", sub="s-1", merchant_id="m-1", issuer="aftercare-local", now=clock.now())
    actor = verifier.actor(bearer(token))
    assert actor == Actor("s-1", "admin", affiliations=frozenset({"m-1"}))
    assert actor.belongs_to("m-1")
    assert not actor.belongs_to("m-2")


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("orders:read orders:write", {"orders:read", "orders:write"}),
        ("", set()),
        (["orders:read"], set()),
        (None, set()),
    ],
)
def test_scopes_are_separated_by_spaces(
    verifier: Verifier, key: Any, claims: dict[str, Any], scope: object, scopes: set[str]
) -> None:
    assert verifier.actor(bearer(sign(key, claims | {"scope": scope}))).scopes == scopes


def test_the_roles_and_the_claim_of_their_tenant_are_the_services_own(
    settings: ServiceSettings, clock: FixedClock, key: Any, claims: dict[str, Any]
) -> None:
    verifier = Verifier(settings, clock, {"tenant_admin": "org", "guest": None})
    admin = verifier.actor(bearer(sign(key, claims | {"role": "tenant_admin", "org": "o-1", "merchant_id": "m-1"})))
    assert (admin.role, admin.tenant) == ("tenant_admin", "o-1")
    assert verifier.actor(bearer(sign(key, claims | {"role": "guest", "org": "o-1"}))).tenant is None
    with pytest.raises(TokenInvalid):
        verifier.actor(bearer(sign(key, claims)))


@pytest.mark.parametrize("algorithm", KINDS)
def test_asymmetric_algorithms_are_accepted(
    algorithm: str, claims: dict[str, Any], settings: ServiceSettings, clock: FixedClock
) -> None:
    key = KINDS[algorithm]("k1")
    Path(settings.jwks_file).write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    token = jwt.encode({"alg": algorithm, "kid": "k1"}, claims, key, algorithms=[algorithm])
    assert Verifier(settings, clock, ROLES).actor(bearer(token)).id == "buyer-1"


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, TokenMissing),
        ({"authorization": ""}, TokenMissing),
        ({"authorization": "Basic YTpi"}, TokenMissing),
        ({"authorization": "Bearer"}, TokenMalformed),
        ({"authorization": "Bearer abc"}, TokenMalformed),
        ({"authorization": "Bearer a.b.c"}, TokenMalformed),
        ({"authorization": "Bearer é.é.é"}, TokenMalformed),
        ({"authorization": "Bearer " + "a" * 9_000 + ".b.c"}, TokenMalformed),
        ({"authorization": "Bearer W10.e30.x"}, TokenMalformed),
        ({"authorization": "Bearer e30.e30.x"}, TokenInvalid),
    ],
)
def test_a_malformed_header_is_refused(
    verifier: Verifier, headers: dict[str, str], refusal: type[Unauthenticated]
) -> None:
    with pytest.raises(refusal):
        verifier.actor(headers)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody-else"},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"nbf": 4_000_000_000},
        {"nbf": "x"},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 256},
        {"sub": "."},
        {"sub": ".."},
        {"sub": "a\u202eb"},
        {"sub": "\u3164 \u2800"},
        {"sub": "a\x00b"},
        {"sub": " buyer-1"},
        {"sub": "buyer-1\u3000"},
        {"sub": 7},
        {"role": None},
        {"role": "system"},
        {"role": "root"},
        {"role": ["admin", "buyer"]},
        {"role": [["admin"]]},
        {"role": {"admin": True}},
        {"iat": 4_000_000_000},
        {"iat": "x"},
        {"role": "seller"},
        {"role": "seller", "merchant_id": ""},
        {"role": "seller", "merchant_id": 1},
        {"role": "buyer", "merchant_id": ""},
    ],
    ids=repr,
)
def test_an_invalid_claim_is_refused(
    verifier: Verifier, key: Any, claims: dict[str, Any], change: dict[str, Any]
) -> None:
    wrong = {name: value for name, value in (claims | change).items() if value is not None}
    with pytest.raises(TokenInvalid):
        verifier.actor(bearer(sign(key, wrong)))


def test_several_audiences_may_include_ours(verifier: Verifier, key: Any, claims: dict[str, Any]) -> None:
    assert verifier.actor(bearer(sign(key, claims | {"aud": ["other", "aftercare"]})))


def test_a_token_ends_thirty_seconds_after_its_time_at_the_latest(
    verifier: Verifier, token: str, clock: FixedClock
) -> None:
    clock.advance(hours=12, seconds=29)
    assert verifier.actor(bearer(token))
    clock.advance(seconds=1)
    for _ in range(2):
        with pytest.raises(TokenExpired):
            verifier.actor(bearer(token))


def test_forged_tokens_are_refused(
    verifier: Verifier, key: Any, claims: dict[str, Any], settings: ServiceSettings
) -> None:
    foreign = ECKey.generate_key("P-256", {"kid": key.kid})
    public = json.dumps(json.loads(Path(settings.jwks_file).read_text())["keys"][0])
    confused = OctKey.import_key(public.encode(), {"kid": key.kid})
    header, body, signature = sign(key, claims).split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims | {"role": "admin"}).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": key.kid}).encode()).rstrip(b"=").decode()
    forged = [
        sign(foreign, claims),
        sign(confused, claims, alg="HS256"),
        f"{header}.{other}.{signature}",
        f"{header}.{body}.",
        f"{unsigned}.{body}.",
        f"{unsigned}.{body}.{signature}",
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            verifier.actor(bearer(token))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(st.characters(codec="ascii"), max_size=200))
def test_any_header_ends_in_a_refusal_and_not_in_an_error(verifier: Verifier, text: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier.actor({"authorization": text})


def test_a_remembered_token_costs_little(verifier: Verifier, token: str) -> None:
    headers = httpx.Headers(bearer(token))
    verifier.actor(headers)
    assert min(timeit.repeat(lambda: verifier.actor(headers), number=200, repeat=5)) / 200 < 100e-6


async def test_a_refusal_names_the_scheme_to_use(verifier: Verifier) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    async def root(token: str | None = None) -> None:
        verifier.actor(bearer(token) if token else {})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        missing, invalid = await client.get("/"), await client.get("/?token=a.b.c")
    assert (missing.status_code, missing.json()["code"]) == (401, "token_missing")
    assert missing.headers["www-authenticate"] == "Bearer"
    assert invalid.headers["www-authenticate"] == 'Bearer error="invalid_token"'
