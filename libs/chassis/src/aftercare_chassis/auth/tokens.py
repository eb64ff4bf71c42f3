"""Who is calling: bearer tokens (RFC 6750) that are JSON Web Tokens, checked against the identity provider's keys."""

import asyncio
import json
import math
import warnings
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jws import JWSRegistry

from aftercare_chassis.auth import withdrawals
from aftercare_chassis.auth.claims import Claims, actor_of
from aftercare_chassis.auth.errors import (
    IssuerUnavailable,
    KeyUnknown,
    TokenExpired,
    TokenInvalid,
    TokenMalformed,
    TokenMissing,
    TokenWithdrawn,
)
from aftercare_chassis.auth.issuers import Roles
from aftercare_chassis.auth.known_issuers import KnownIssuers
from aftercare_chassis.auth.withdrawals import Withdrawn
from aftercare_chassis.clock import Clock
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.settings import ServiceSettings, SettingsInvalid
from aftercare_chassis.watched_files import LOOK_SECONDS, WatchedFiles

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8_192  # characters
MOST_REMEMBERED = 10_000  # tokens

# RFC 9864 prefers the name Ed25519; issuers still write EdDSA, and both are accepted.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token with a valid signature states; the times in seconds since 1970."""

    actor: Actor
    not_before: float
    expires: float


class Verifier:
    """Turns request headers into an actor.

    A verified token is remembered until it expires, or keys, issuers or withdrawals change: to verify it again takes
    0.07 ms (ES256), to look it up 0.0015 ms.

    Raises: SettingsInvalid where the file of issuers or of withdrawals cannot be read.
    """

    def __init__(self, settings: ServiceSettings, clock: Clock, roles: Roles) -> None:
        self._settings, self._clock, self._roles = settings, clock, roles
        self._registry = JWSRegistry(algorithms=ALGORITHMS)
        self._remembered: OrderedDict[str, _Verified] = OrderedDict()
        self._looked_at = -math.inf
        self._withdrawn: WatchedFiles[Withdrawn] | None = None
        try:
            self._issuers = KnownIssuers(settings, roles, self._remembered.clear)
            if settings.withdrawn_file is not None:
                self._withdrawn = withdrawals.watched(settings.withdrawn_file)
        except (OSError, ValueError) as error:
            raise SettingsInvalid(f"the file of issuers or of withdrawals cannot be read: {error}") from None

    def at(self, clock: Clock) -> "Verifier":
        """The same rules by another clock."""
        return Verifier(self._settings, clock, self._roles)

    async def admit(self, headers: Mapping[str, str], waiting: AbstractContextManager[None] | None = None) -> Actor:
        """Who is calling. A token of an unknown key makes it wait until the keys of its issuer have been fetched again,
        within `waiting`: anybody can send such tokens, and nothing else may wait for them.

        Raises: as `actor`.
        """
        try:
            return self.actor(headers)
        except (KeyUnknown, IssuerUnavailable):
            _, issuer = _stated(_bearer(headers.get("authorization")))
            with waiting or nullcontext():
                await self._issuers.seek(issuer)
        return self.actor(headers)

    def actor(self, headers: Mapping[str, str]) -> Actor:
        """Who is calling, by the keys that are known.

        Raises:
            TokenMissing: no bearer token.
            TokenMalformed: not a JSON Web Token.
            TokenInvalid: signature, issuer, audience or claims are not valid, or it is too early for it.
            TokenWithdrawn: it is on the list of withdrawals.
            ClaimUnfit: it names somebody by a text that cannot be used.
            TokenExpired: it has expired, more than 30 seconds ago.
            IssuerUnavailable: the keys of its issuer could not be fetched.
        """
        return self._valid(headers).actor

    def expires(self, headers: Mapping[str, str]) -> float:
        """When the token expires, in seconds since 1970. Raises: as `actor`."""
        return self._valid(headers).expires

    def _valid(self, headers: Mapping[str, str]) -> _Verified:
        token = _bearer(headers.get("authorization"))
        now = self._clock.now().timestamp()
        self._look()
        verified = self._remembered.get(token)
        if verified is None:
            verified = self._verify(token)
            self._remember(token, verified)
        if now >= verified.expires + LEEWAY_SECONDS:
            self._remembered.pop(token, None)
            raise TokenExpired
        if now < verified.not_before - LEEWAY_SECONDS:
            raise TokenInvalid
        return verified

    def remembered(self, authorization: str | None) -> Actor | None:
        """Who sent this header, if its token was verified before. It may have expired since: this decides nothing."""
        found = self._remembered.get((authorization or "").partition(" ")[2].strip())
        return found.actor if found else None

    def unreadable_files(self) -> int:
        """The files of issuers, keys and withdrawals that cannot be read as they are now, so that their last version counts."""
        self._look()
        withdrawn = self._withdrawn is not None and self._withdrawn.is_unreadable
        return self._issuers.unreadable_files() + withdrawn

    def failing_issuers(self) -> int:
        """The issuers whose keys could not be fetched the last time."""
        return self._issuers.failing()

    async def keep(self, stop: asyncio.Event) -> None:
        """Fetch the keys of issuers, and read files again that have changed, until `stop` is set."""
        await self._issuers.keep(stop)

    def _look(self) -> None:
        """Forget what was verified where keys, issuers or withdrawals are others now: a token must not outlive its key."""
        now = monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self._issuers.look()
        if self._withdrawn is not None and self._withdrawn.look():
            self._remembered.clear()

    def _remember(self, token: str, verified: _Verified) -> None:
        self._remembered[token] = verified
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    def _verify(self, token: str) -> _Verified:
        kid, name = _stated(token)
        # The key is searched among those of the issuer that the token names, so that none signs for another one.
        found = self._issuers.find(name)
        if found is None:
            raise TokenInvalid
        issuer, keys = found
        key = keys.find(kid)
        if key is None:
            raise KeyUnknown
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, TypeError):
            raise TokenInvalid from None
        if claims.get("iss") != issuer.issuer or issuer.audience not in _listed(claims.get("aud")):
            raise TokenInvalid
        if self._withdrawn is not None and self._withdrawn.value.includes(kid, claims):
            raise TokenWithdrawn
        actor = actor_of(issuer, claims, self._roles)
        if self._issuers.is_of_another(issuer, actor):
            raise TokenInvalid
        not_before = max(_seconds(claims.get("nbf", 0)), _seconds(claims.get("iat", 0)))
        return _Verified(actor, not_before, _seconds(claims.get("exp")))


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


def _stated(token: str) -> tuple[str, object]:
    """The key id and the issuer that a token states, not verified: they may only choose the key."""
    try:
        header, claims = (_part(each) for each in token.split(".")[:2])
    except (ValueError, TypeError, RecursionError):
        raise TokenMalformed from None
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise TokenInvalid
    return kid, claims.get("iss")


def _part(text: str) -> Claims:
    found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(found, dict):
        raise TypeError("a part of a token is an object")
    return found


def _listed(claim: object) -> list[object]:
    """The audiences: RFC 7519, section 4.1.3, allows one string in place of the array."""
    return claim if isinstance(claim, list) else [claim]


def _seconds(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not -1e12 < claim < 1e12:
        raise TokenInvalid
    return float(claim)
