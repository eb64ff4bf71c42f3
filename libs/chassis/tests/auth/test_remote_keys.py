"""Keys of issuers at their own addresses: discovery, rotation, caching, and an issuer that does not answer."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.auth import remote_keys
from aftercare_chassis.auth.errors import IssuerUnavailable, TokenInvalid
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.clock import SystemClock
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing.waiting import until
from aftercare_events.roles import ROLES
from certificates import Authority
from identity_provider import DISCOVERY, IdentityProvider, identity_provider
from joserfc.jwk import ECKey

from .conftest import bearer, sign


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which keys are judged; a test sets them."""
    now = [1000.0]
    monkeypatch.setattr(remote_keys, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def verifier(provider: IdentityProvider, tmp_path: Path) -> Verifier:
    return verifier_of(tmp_path, f'[[issuers]]\nissuer = "{provider.url}"\n')


def verifier_of(folder: Path, issuers: str) -> Verifier:
    (folder / "issuers.toml").write_text(issuers)
    given: dict[str, Any] = {"jwks_file": None, "issuers_file": str(folder / "issuers.toml")}
    return Verifier(ServiceSettings.example().model_copy(update=given), SystemClock(), ROLES)


async def test_keys_are_found_by_discovery(verifier: Verifier, provider: IdentityProvider) -> None:
    token = provider.sign({"sub": "li.na"})
    assert (await verifier.admit(bearer(token))).id == "li.na"
    assert provider.asked == [DISCOVERY, "/keys"]
    assert verifier.actor(bearer(token)).id == "li.na"


async def test_keys_may_have_an_address_of_their_own(provider: IdentityProvider, tmp_path: Path) -> None:
    address = f'[[issuers]]\nissuer = "the shop"\njwks_url = "{provider.url}/keys"\n'
    token = provider.sign({"iss": "the shop"})
    assert await verifier_of(tmp_path, address).admit(bearer(token))
    assert provider.asked == ["/keys"]


async def test_a_new_key_is_found_at_its_first_token(
    verifier: Verifier, provider: IdentityProvider, now: list[float]
) -> None:
    old = provider.sign({})
    await verifier.admit(bearer(old))
    provider.rotate()
    now[0] += 5
    assert await verifier.admit(bearer(provider.sign({})))
    assert await verifier.admit(bearer(old))


async def test_unknown_keys_cause_one_fetch_in_five_seconds(
    verifier: Verifier, provider: IdentityProvider, now: list[float]
) -> None:
    await verifier.admit(bearer(provider.sign({})))
    invented = [provider.sign({}, kid=f"invented-{number}") for number in range(20)]
    for seconds, fetches in ((4.9, 1), (0.1, 2), (1, 2)):
        now[0] += seconds
        results = await asyncio.gather(*(verifier.admit(bearer(each)) for each in invented), return_exceptions=True)
        assert {type(each).__mro__[1] for each in results} == {TokenInvalid}
        assert provider.asked.count("/keys") == fetches


async def test_requests_of_known_keys_do_not_wait_for_the_issuer(
    verifier: Verifier, provider: IdentityProvider, now: list[float]
) -> None:
    known = provider.sign({})
    await verifier.admit(bearer(known))
    provider.may_answer.clear()
    now[0] += 5
    unknown = asyncio.create_task(verifier.admit(bearer(provider.sign({}, kid="unknown"))))

    async def begun() -> bool:
        return len(provider.asked) == 3

    await until(begun, "the fetch has begun")
    assert verifier.actor(bearer(known))
    assert await verifier.admit(bearer(provider.sign({"sub": "another"})))
    assert not unknown.done()
    provider.may_answer.set()
    with pytest.raises(TokenInvalid):
        await unknown


async def test_a_withdrawn_key_ends_with_the_next_fetch_in_the_background(
    verifier: Verifier, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_keys, "LEAST_SECONDS", 0.01)
    provider.headers = {"cache-control": "public, max-age=0"}
    token, stop = provider.sign({}), asyncio.Event()
    keeping = asyncio.create_task(verifier.keep(stop))
    await verifier.admit(bearer(token))
    provider.keys.clear()

    async def ended() -> bool:
        try:
            return not verifier.actor(bearer(token))
        except TokenInvalid:
            return True

    await until(ended, "the key is not used any more")
    stop.set()
    await keeping


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("max-age=600", 600), ("max-age=1", 60), ("max-age=999999", 3600), ("no-cache", 300), ("public, Max-Age=90", 90)],
)
async def test_a_set_is_fresh_for_the_time_in_its_header_within_bounds(
    verifier: Verifier, provider: IdentityProvider, header: str, seconds: float
) -> None:
    provider.headers = {"cache-control": header}
    await verifier.admit(bearer(provider.sign({})))
    assert keys_of(verifier)._pause() == seconds


async def test_the_last_keys_of_a_silent_issuer_are_used_for_a_day(
    verifier: Verifier, provider: IdentityProvider, now: list[float]
) -> None:
    token = provider.sign({})
    await verifier.admit(bearer(token))
    provider.answers[DISCOVERY] = 500, b""
    pauses = []
    for _ in range(8):
        now[0] += 5
        await keys_of(verifier).seek()
        pauses.append(keys_of(verifier)._pause())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    now[0] = 1000 + remote_keys.KEPT_SECONDS
    assert await verifier.admit(bearer(provider.sign({"sub": "another"})))
    now[0] += 1
    with pytest.raises(IssuerUnavailable):
        await verifier.admit(bearer(provider.sign({"sub": "a third"})))
    provider.answers.clear()
    now[0] += 5
    await keys_of(verifier).seek()
    assert await verifier.admit(bearer(provider.sign({"sub": "a fourth"})))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (DISCOVERY, b'{"issuer": "https://elsewhere.example", "jwks_uri": "URL/keys"}'),
        (DISCOVERY, b'{"issuer": "URL/", "jwks_uri": "URL/keys"}'),
        (DISCOVERY, b'{"issuer": "URL"}'),
        (DISCOVERY, b'{"issuer": "URL", "jwks_uri": "http://elsewhere.example/keys"}'),
        (DISCOVERY, b'{"issuer": "URL", "jwks_uri": "file:///etc/aftercare/jwks.json"}'),
        (DISCOVERY, b"[]"),
        (DISCOVERY, b"<html>"),
        ("/keys", b"{}"),
        ("/keys", b'{"keys": 7}'),
        ("/keys", b"[" * 100_000),
        ("/keys", b'{"keys": [' + b" " * 300_000 + b"]}"),
        ("/keys", b"\xff\xfe"),
    ],
    ids=range(12),
)
async def test_a_malformed_answer_gives_no_keys(
    verifier: Verifier, provider: IdentityProvider, path: str, body: bytes
) -> None:
    provider.answers[path] = 200, body.replace(b"URL", provider.url.encode())
    with pytest.raises(IssuerUnavailable):
        await verifier.admit(bearer(provider.sign({})))
    assert verifier.failing_issuers() == 1


async def test_entries_that_verify_no_signature_are_left_out(verifier: Verifier, provider: IdentityProvider) -> None:
    good = provider.answer("/keys")[1].decode()[len('{"keys": [') : -2]
    others = [
        '{"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}',
        '{"kty": "EC", "crv": "P-256", "kid": "broken"}',
        '{"kty": "OKP", "crv": "X25519", "kid": "agrees", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}',
        good.replace('"use": "sig"', '"use": "enc"').replace("key-0", "encrypts"),
        good.replace('"kid": "key-0"', '"kid": 7'),
        "7",
    ]
    provider.answers["/keys"] = 200, f'{{"keys": [{", ".join([*others, good])}]}}'.encode()
    assert await verifier.admit(bearer(provider.sign({})))
    assert set(keys_of(verifier)._keys) == {"key-0"}
    assert verifier.failing_issuers() == 0


async def test_a_key_of_one_issuer_signs_for_no_other(provider: IdentityProvider, tmp_path: Path) -> None:
    with identity_provider() as other:
        other.keys = [ECKey.import_key({**provider.keys[0].as_dict(private=True), "kid": "theirs"})]
        issuers = [
            f'[[issuers]]\nissuer = "{each.url}"\nprefix = "{name}|"\n'
            for name, each in (("a", provider), ("b", other))
        ]
        verifier = verifier_of(tmp_path, "".join(issuers))
        assert (await verifier.admit(bearer(provider.sign({})))).id == "a|buyer-1"
        assert (await verifier.admit(bearer(other.sign({})))).id == "b|buyer-1"
        forged = [
            provider.sign({"iss": other.url}),
            other.sign({"iss": provider.url}),
            provider.sign({"iss": "nobody"}),
        ]
        for token in [*forged, provider.sign({"iss": None}), provider.sign({"iss": [provider.url]})]:
            with pytest.raises(TokenInvalid):
                await verifier.admit(bearer(token))


async def test_the_server_of_an_issuer_is_verified(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    with identity_provider(authority.issue("127.0.0.1")) as provider:
        trusting = f'[[issuers]]\nissuer = "{provider.url}"\nca_file = "{authority.file}"\n'
        assert await verifier_of(tmp_path, trusting).admit(bearer(provider.sign({})))
        with pytest.raises(IssuerUnavailable):
            await verifier_of(tmp_path, f'[[issuers]]\nissuer = "{provider.url}"\n').admit(bearer(provider.sign({})))


async def test_an_issuer_beside_the_one_with_keys_by_file(
    provider: IdentityProvider, tmp_path: Path, settings: ServiceSettings, key: Any, claims: dict[str, Any]
) -> None:
    (tmp_path / "issuers.toml").write_text(f'[[issuers]]\nissuer = "{provider.url}"\nprefix = "shop|"\n')
    update = {"issuers_file": str(tmp_path / "issuers.toml")}
    verifier = Verifier(settings.model_copy(update=update), SystemClock(), ROLES)
    theirs, ours = provider.sign({}), sign(key, claims | {"exp": 4e9, "nbf": 0})
    assert [(await verifier.admit(bearer(each))).id for each in (theirs, ours)] == ["shop|buyer-1", "buyer-1"]
    with pytest.raises(TokenInvalid):  # it would be the person of the other issuer
        await verifier.admit(bearer(sign(key, claims | {"exp": 4e9, "nbf": 0, "sub": "shop|buyer-1"})))


def keys_of(verifier: Verifier) -> remote_keys.RemoteKeys:
    """The keys of its only issuer."""
    ((_, keys),) = verifier._issuers._by_name.values()
    assert isinstance(keys, remote_keys.RemoteKeys)
    return keys
