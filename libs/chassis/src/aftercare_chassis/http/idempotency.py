"""One response per Idempotency-Key: a command that is repeated gets the response that the first request got.

A transaction-level advisory lock reserves the key for as long as the command runs, and the response is inserted in the
command's transaction: either the change and its response are both stored, or neither is. A second request finds the lock
taken (in flight), the response (replayed), or nothing (free). Commands that are refused change and store nothing, so they
may be tried again with the same key. Behaviour as in the IETF draft "The Idempotency-Key HTTP Header Field".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.write_batch import Write
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal

# Any: a Record has no types for its columns.

_STORED = "SELECT fingerprint, status, headers, body FROM idempotency_key WHERE scope = $1"
_IS_STORED = "SELECT EXISTS (SELECT FROM idempotency_key WHERE scope = $1)"
_INSERT = "INSERT INTO idempotency_key (scope, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5)"


class KeyMissing(Refusal):
    """The header is absent or empty."""

    kind: ClassVar[Kind] = Kind.MALFORMED
    code: ClassVar[str] = "idempotency_key_missing"
    zh: ClassVar[str] = "此请求必须带 Idempotency-Key 请求头（1–255 个可见 ASCII 字符）。"
    en: ClassVar[str] = "This request needs an Idempotency-Key header of 1 to 255 visible ASCII characters."


class KeyInvalid(Refusal):
    """The header is too long, or has other characters."""

    kind: ClassVar[Kind] = Kind.MALFORMED
    code: ClassVar[str] = "idempotency_key_invalid"
    zh: ClassVar[str] = "Idempotency-Key 请求头必须为 1–255 个可见 ASCII 字符。"
    en: ClassVar[str] = "The Idempotency-Key header must have 1 to 255 visible ASCII characters."


class KeyReused(Refusal):
    """An earlier request with this key had another path or body."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "idempotency_key_reused"
    zh: ClassVar[str] = "这个 Idempotency-Key 已用于内容不同的请求，请换一个新的。"
    en: ClassVar[str] = "This Idempotency-Key was used for a request with other content; use a new one."


class KeyInFlight(Refusal):
    """A request with this key has not ended yet."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "idempotency_key_in_flight"
    retry_after: ClassVar[int | None] = 1
    zh: ClassVar[str] = "使用同一 Idempotency-Key 的请求正在处理，请稍后重试。"
    en: ClassVar[str] = "A request with this Idempotency-Key is in progress; try again shortly."


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response of an earlier request."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The key of one request.

    `scope` is a digest of the caller, the route and the key, `fingerprint` one of the path and the body.
    """

    scope: UUID
    fingerprint: bytes

    @classmethod
    def of(cls, actor: Actor, route: str, path: str, headers: Mapping[str, str], body: bytes) -> "IdempotencyKey":
        """The key in the headers of a request. Raises: KeyMissing, KeyInvalid."""
        key = headers.get("idempotency-key", "")
        if not key:
            raise KeyMissing
        if not (len(key) <= 255 and key.isascii() and key.isprintable()):
            raise KeyInvalid
        scope = blake2b("\0".join((actor.role, actor.id, actor.tenant or "", route, key)).encode(), digest_size=16)
        content = blake2b(path.encode() + b"\0" + body, digest_size=16)
        return cls(UUID(bytes=scope.digest()), content.digest())

    @property
    def look_up(self) -> str:
        """A statement that reserves the key, and returns a row unless it is free. It has no parameters of the protocol, so that it
        can be sent together with the BEGIN; every connection has prepared it (`database/connections.py`)."""
        return f"EXECUTE idempotency_look_up ('{self.scope}', {int.from_bytes(self.scope.bytes[:8], signed=True)})"

    async def is_stored(self, connection: PoolConnectionProxy) -> bool:
        """Whether a response is stored under this key."""
        return bool(await connection.fetchval(_IS_STORED, self.scope))

    async def stored_response(self, connection: PoolConnectionProxy) -> StoredResponse:
        """The response stored under a key that is not free. Raises: KeyReused, KeyInFlight."""
        found: Any = await connection.fetchrow(_STORED, self.scope)
        if found is None:
            raise KeyInFlight
        if found["fingerprint"] != self.fingerprint:
            raise KeyReused
        return StoredResponse(found["status"], found["headers"], found["body"])

    def insert(self, response: StoredResponse) -> Write:
        """The INSERT that stores the response.

        A UniqueViolationError on the primary key means that another request with this key committed first.
        """
        return (
            "idempotency_key",
            _INSERT,
            (self.scope, self.fingerprint, response.status, response.headers, response.body),
        )
