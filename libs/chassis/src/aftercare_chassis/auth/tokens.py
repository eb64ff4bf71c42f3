"""Who is calling: bearer tokens (RFC 6750) that are JSON Web Tokens, checked against the identity provider's keys."""

import json
import warnings
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jws import JWSRegistry

from aftercare_chassis.auth import principals
from aftercare_chassis.auth.dev_keys import AUDIENCE
from aftercare_chassis.auth.errors import ClaimUnfit, TokenExpired, TokenInvalid, TokenMalformed, TokenMissing
from aftercare_chassis.auth.key_set import KeySet
from aftercare_chassis.clock import Clock
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.settings import ServiceSettings

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8_192  # characters
MOST_REMEMBERED = 10_000  # tokens

# RFC 9864 prefers the name Ed25519; issuers still write EdDSA, and both are accepted.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

Claims = Mapping[str, Any]  # Any: whatever JSON an issuer puts there; each claim is checked where it is read
Roles = Mapping[str, str | None]
"""The roles that a service accepts, each with the claim that names the tenant it acts for (None: it acts for itself)."""


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token with a valid signature states; the times in seconds since 1970."""

    actor: Actor
    not_before: float
    expires: float


class Verifier:
    """Turns request headers into an actor.

    A verified token is remembered until it expires or the keys change: to verify it again takes 0.07 ms (ES256), to look
    it up 0.0015 ms.
    """

    def __init__(self, settings: ServiceSettings, clock: Clock, roles: Roles) -> None:
        self._settings, self._clock, self._roles = settings, clock, roles
        self._key_set = KeySet(settings.jwks_file)
        self._registry = JWSRegistry(algorithms=ALGORITHMS)
        self._remembered: OrderedDict[str, _Verified] = OrderedDict()
        self._generation = 0

    def at(self, clock: Clock) -> "Verifier":
        """The same rules by another clock."""
        return Verifier(self._settings, clock, self._roles)

    def actor(self, headers: Mapping[str, str]) -> Actor:
        """Who is calling.

        Raises:
            TokenMissing: no bearer token.
            TokenMalformed: not a JSON Web Token.
            TokenInvalid: signature, issuer, audience or claims are not valid, or it is too early for it.
            ClaimUnfit: it names somebody by a text that cannot be used.
            TokenExpired: it has expired, more than 30 seconds ago.
        """
        token = _bearer(headers.get("authorization"))
        now = self._clock.now().timestamp()
        verified = self._recall(token)
        if verified is None:
            verified = self._verify(token)
            self._remember(token, verified)
        if now >= verified.expires + LEEWAY_SECONDS:
            self._remembered.pop(token, None)
            raise TokenExpired
        if now < verified.not_before - LEEWAY_SECONDS:
            raise TokenInvalid
        return verified.actor

    def _recall(self, token: str) -> _Verified | None:
        self._key_set.refresh()
        if self._generation != self._key_set.generation:
            # A token must not stay valid for longer than the key that signed it.
            self._generation = self._key_set.generation
            self._remembered.clear()
        return self._remembered.get(token)

    def _remember(self, token: str, verified: _Verified) -> None:
        self._remembered[token] = verified
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    def _verify(self, token: str) -> _Verified:
        key = self._key_set.find(_key_id(token))
        if key is None:
            raise TokenInvalid
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, TypeError):
            raise TokenInvalid from None
        if claims.get("iss") != self._settings.jwt_issuer or AUDIENCE not in _listed(claims.get("aud")):
            raise TokenInvalid
        return _Verified(self._actor(claims), _seconds(claims.get("nbf", 0)), _seconds(claims.get("exp")))

    def _actor(self, claims: Claims) -> Actor:
        sub, role = _name(claims, "sub"), claims.get("role")
        if not isinstance(role, str) or role not in self._roles:
            raise TokenInvalid
        own = self._roles[role]
        # A tenant that does not apply to the role is ignored, but has to be well-formed all the same.
        given = {claim for claim in self._roles.values() if claim and (claim == own or claims.get(claim) is not None)}
        tenants = {claim: _name(claims, claim) for claim in given}
        return Actor(sub, role, tenants[own] if own else None, _scopes(claims))


def _bearer(header: str | None) -> str:
    if not header:
        raise TokenMissing
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenMissing
    token = token.strip()
    if token.count(".") != 2 or len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenMalformed
    return token


def _key_id(token: str) -> str:
    try:
        kid = _unverified_header(token).get("kid")
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenMalformed from None
    if not isinstance(kid, str):
        raise TokenInvalid
    return kid


def _unverified_header(token: str) -> Claims:
    """The header of a token, not verified: it may only choose the key."""
    part = token.partition(".")[0]
    header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(header, dict):
        raise TypeError("a token's header is an object")
    return header


def _listed(claim: object) -> list[object]:
    """The audiences: RFC 7519, section 4.1.3, allows one string in place of the array."""
    return claim if isinstance(claim, list) else [claim]


def _seconds(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not -1e12 < claim < 1e12:
        raise TokenInvalid
    return float(claim)


def _name(claims: Claims, claim: str) -> str:
    name = claims.get(claim)
    if not principals.is_usable(name):
        raise ClaimUnfit(claim=claim, longest=principals.LONGEST)
    return name


def _scopes(claims: Claims) -> frozenset[str]:
    """RFC 8693, section 4.2: one string with the scopes separated by spaces. Anything else grants none."""
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()
