"""Who is calling: bearer tokens checked against a key set that lies in a file."""

import json
import math
import time
import warnings
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from aftercare_chassis.auth import principals
from aftercare_chassis.auth.dev_keys import AUDIENCE
from aftercare_chassis.clock import Clock
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_chassis.settings import ServiceSettings

ROLES = frozenset({"buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin"})
ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
_LONGEST_TOKEN = 8_192
_MOST_TOKENS = 10_000
_REREAD_SECONDS = 60.0
_STRANGER_REREAD_SECONDS = 5.0
_KEYS: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_log = structlog.get_logger()

# RFC 9864 prefers the name Ed25519; issuers still write EdDSA, and we take both.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

Key = RSAKey | ECKey | OKPKey


class Unauthenticated(Refusal):
    """We do not know who is calling."""

    kind = Kind.UNAUTHENTICATED


class TokenMissing(Unauthenticated):
    """No `Authorization: Bearer …` came along."""

    code = "token_missing"
    zh, en = "请在 Authorization 头中提供 Bearer 令牌。", "Send a bearer token in the Authorization header."


class TokenMalformed(Unauthenticated):
    """What came is no JSON Web Token."""

    code = "token_malformed"
    zh, en = "令牌格式有误。", "The token is malformed."


class TokenExpired(Unauthenticated):
    """The token was good once."""

    code = "token_expired"
    zh, en = "令牌已过期。", "The token has expired."


class TokenInvalid(Unauthenticated):
    """Signature, issuer, audience, time or claims are not as they must be."""

    code = "token_invalid"
    zh, en = "令牌无效。", "The token is not valid."


class ClaimUnfit(TokenInvalid):
    """A claim names somebody by what could not be used in bodies, filters, addresses and events."""

    zh = "令牌的 {claim} 必须是 1 至 {longest} 个可打印字符，且不能只是 . 或 .. 。"
    en = "The token's {claim} must be 1 to {longest} printable characters, other than . and .. alone."


class KeySet:
    """The public keys by their id, read again once a minute, and for an unknown id at most once in five seconds."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._read_at = -math.inf
        self.keys: dict[str, Key] = {}
        self.generation = 0

    def find(self, kid: str) -> Key | None:
        """The key of that id, or None."""
        if kid not in self.keys:
            self.refresh(_STRANGER_REREAD_SECONDS)
        return self.keys.get(kid)

    def refresh(self, seconds: float = _REREAD_SECONDS) -> None:
        """Read the file again where the last look is older than this; other keys make another generation."""
        if time.monotonic() - self._read_at > seconds:
            self._read()

    def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            found = {each["kid"]: each for each in json.loads(self._path.read_text())["keys"] if each["kty"] in _KEYS}
            keys: dict[str, Key] = {kid: _KEYS[each["kty"]].import_key(each) for kid, each in found.items()}
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            _log.error("key_set_unreadable", error=type(error).__name__)
            return
        if {k: v.as_dict(private=False) for k, v in keys.items()} != {
            k: v.as_dict(private=False) for k, v in self.keys.items()
        }:
            self.keys = keys
            self.generation += 1


class Verifier:
    """Turns request headers into an actor. A token once verified is remembered until it expires or the keys change."""

    def __init__(self, settings: ServiceSettings, clock: Clock) -> None:
        self._issuer, self._clock = settings.jwt_issuer, clock
        self._key_set = KeySet(settings.jwks_file)
        self._registry = JWSRegistry(algorithms=ALGORITHMS)
        self._known: OrderedDict[str, tuple[Actor, float, float]] = OrderedDict()
        self._generation = 0

    def actor(self, headers: Mapping[str, str]) -> Actor:
        """Who is calling; one of the Unauthenticated refusals where that is not certain."""
        token = _bearer(headers.get("authorization"))
        now = self._clock.now().timestamp()
        known = self._remembered(token)
        if known is None:
            known = self._verify(token)
            self._remember(token, known)
        actor, starts, ends = known
        if now >= ends + LEEWAY_SECONDS:
            self._known.pop(token, None)
            raise TokenExpired
        if now < starts - LEEWAY_SECONDS:
            raise TokenInvalid
        return actor

    def _remembered(self, token: str) -> tuple[Actor, float, float] | None:
        self._key_set.refresh()
        if self._generation != self._key_set.generation:
            # What a withdrawn key signed must not outlive it.
            self._generation = self._key_set.generation
            self._known.clear()
        return self._known.get(token)

    def _verify(self, token: str) -> tuple[Actor, float, float]:
        key = self._key_set.find(_key_id(token))
        if key is None:
            raise TokenInvalid
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, TypeError):
            raise TokenInvalid from None
        if claims.get("iss") != self._issuer or AUDIENCE not in _several(claims.get("aud")):
            raise TokenInvalid
        return _actor(claims), _instant(claims.get("nbf", 0)), _instant(claims.get("exp"))

    def _remember(self, token: str, known: tuple[Actor, float, float]) -> None:
        self._known[token] = known
        if len(self._known) > _MOST_TOKENS:
            self._known.popitem(last=False)


def _bearer(header: str | None) -> str:
    if not header:
        raise TokenMissing
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenMissing
    token = token.strip()
    if token.count(".") != 2 or len(token) > _LONGEST_TOKEN or not token.isascii():
        raise TokenMalformed
    return token


def _key_id(token: str) -> str:
    try:
        kid = _header(token).get("kid")
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenMalformed from None
    if not isinstance(kid, str):
        raise TokenInvalid
    return kid


def _header(token: str) -> dict[str, Any]:
    """The protected header of a token, unverified: only good for choosing the key."""
    part = token.partition(".")[0]
    header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(header, dict):
        raise TypeError("a token's header is an object")
    return header


def _several(claim: object) -> list[object]:
    return claim if isinstance(claim, list) else [claim]


def _instant(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not -1e12 < claim < 1e12:
        raise TokenInvalid
    return float(claim)


def _actor(claims: Mapping[str, Any]) -> Actor:
    sub, role, merchant_id = _name(claims, "sub"), claims.get("role"), claims.get("merchant_id")
    if not isinstance(role, str) or role not in ROLES:
        raise TokenInvalid
    if role == "seller" or merchant_id is not None:
        merchant_id = _name(claims, "merchant_id")
    return Actor(sub, role, merchant_id if role == "seller" else None)


def _name(claims: Mapping[str, Any], claim: str) -> str:
    name = claims.get(claim)
    if not principals.is_usable(name):
        raise ClaimUnfit(claim=claim, longest=principals.LONGEST)
    return name
