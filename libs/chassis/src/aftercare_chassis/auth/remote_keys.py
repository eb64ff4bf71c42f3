"""The keys of an issuer at its own address: OpenID Connect Discovery 1.0 and JSON Web Key Sets (RFC 7517).

They are fetched in the background, so that no request waits for a key that is known. A token that names an unknown key makes
its request wait for one more fetch. While the issuer does not answer, its last keys are used for KEPT_SECONDS.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Any

import httpx
import structlog

from aftercare_chassis.auth.errors import IssuerUnavailable
from aftercare_chassis.auth.issuers import Issuer, fetched_from
from aftercare_chassis.auth.key_set import Key, Keys, keys_of
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
FETCH_SECONDS = 5.0
WAIT_SECONDS = 3.0  # of a request whose token names an unknown key
LEAST_SECONDS, USUAL_SECONDS, MOST_SECONDS = 60.0, 300.0, 3600.0
"""Between two fetches: bounds of the `max-age` of the key set, and where it has none. A withdrawn key is used no longer than that."""
FIRST_BACK_OFF, MOST_BACK_OFF = 1.0, 60.0
UNKNOWN_KEY_SECONDS = 5.0  # between two fetches because of unknown keys
KEPT_SECONDS = 24 * 3600.0
MOST_BYTES = 262_144


class RemoteKeys:
    """The keys of one issuer. `changed` is called when there are other keys."""

    def __init__(self, issuer: Issuer, changed: Callable[[], None]) -> None:
        self._issuer, self._changed = issuer, changed
        self._keys: Keys = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failures = 0
        self._seconds = USUAL_SECONDS
        self._fetching: asyncio.Task[None] | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the last fetch has failed."""
        return self._failures > 0

    def look(self) -> bool:
        """Nothing to look at: `changed` is called."""
        return False

    def find(self, kid: str) -> Key | None:
        """The key of this id, or None.

        Raises:
            IssuerUnavailable: nothing is known of its keys, or nothing for KEPT_SECONDS.
        """
        if self._fetched_at is None or monotonic() - self._fetched_at > KEPT_SECONDS:
            raise IssuerUnavailable
        return self._keys.get(kid)

    async def seek(self) -> None:
        """Fetch the keys because one is unknown, unless they were fetched a moment ago. It waits for WAIT_SECONDS at most."""
        tried = self._tried_at
        if self._fetching is None and tried is not None and monotonic() - tried < UNKNOWN_KEY_SECONDS:
            return
        await asyncio.wait([self._begun()], timeout=WAIT_SECONDS)

    async def keep(self, stop: asyncio.Event) -> None:
        """Fetch the keys now and whenever they may have changed, until `stop` is set."""
        while True:
            await asyncio.wait([self._begun()])
            if await set_within(stop, self._pause()):
                return

    def close(self) -> None:
        """End a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()

    def _pause(self) -> float:
        if not self._failures:
            return self._seconds
        return min(MOST_BACK_OFF, FIRST_BACK_OFF * 2.0 ** min(self._failures - 1, 10))

    def _begun(self) -> asyncio.Task[None]:
        """The fetch that is under way, which all wait for together."""
        if self._fetching is None:
            self._tried_at = monotonic()
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys, seconds = await self._fetched()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TimeoutError) as error:
            self._failures += 1
            log.warning(
                "issuer_unreachable", issuer=self._issuer.issuer, error=type(error).__name__, tries=self._failures
            )
            return
        finally:
            self._fetching = None
        self._failures, self._seconds, self._fetched_at = 0, seconds, monotonic()
        if keys != self._keys:
            self._keys = keys
            self._changed()

    async def _fetched(self) -> tuple[Keys, float]:
        """The keys, and for how many seconds they are fresh.

        Raises:
            httpx.HTTPError, OSError: the server does not answer, or not with success.
            ValueError: an answer is malformed, or the discovery document is that of another issuer (section 4.3).
        """
        # Reading the authorities takes some 20 ms, which requests would wait for. They are read again each time: they change.
        context = await asyncio.to_thread(_context, self._issuer.ca_file)
        async with httpx.AsyncClient(verify=context, timeout=FETCH_SECONDS) as client:
            url = self._issuer.jwks_url
            if url is None:
                text, _ = await _get(client, self._issuer.issuer.removesuffix("/") + DISCOVERY)
                url = _keys_address(text, self._issuer.issuer)
            text, seconds = await _get(client, url)
        return keys_of(text), seconds


def _context(ca_file: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()


async def _get(client: httpx.AsyncClient, url: str) -> tuple[bytes, float]:
    """The body, and for how many seconds it is fresh."""
    async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"status {response.status_code}")
        body = b""
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise ValueError("too large")
    return body, _freshness(response.headers)


def _freshness(headers: httpx.Headers) -> float:
    """RFC 9111, section 4.2.1, within our bounds."""
    found = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", headers.get("cache-control", ""), re.IGNORECASE)
    return min(MOST_SECONDS, max(LEAST_SECONDS, float(found[1]))) if found else USUAL_SECONDS


def _keys_address(text: bytes, issuer: str) -> str:
    document: Any = json.loads(text)  # Any: whatever JSON is there
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise ValueError("the discovery document of another issuer")
    address = document.get("jwks_uri")
    if not isinstance(address, str):
        raise ValueError("no jwks_uri")
    return fetched_from(address)
