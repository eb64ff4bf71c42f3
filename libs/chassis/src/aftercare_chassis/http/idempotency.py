"""One answer per Idempotency-Key: a command that is repeated gets the answer that the first one got.

The key is claimed by an advisory lock that lives as long as the command's transaction, and the answer is inserted in that
transaction: either the change and its answer are both there, or neither is. A second request finds the lock taken (in
flight), the answer (replayed), or nothing (free). Refused commands change nothing and keep nothing, so they may be tried
again with the same key. Behaviour as in the IETF draft "The Idempotency-Key HTTP Header Field".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.write_batch import Insert
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal

PRIMARY_KEY = "idempotency_key_pkey"
_LOOK = """
SELECT 1 FROM idempotency_key WHERE scope = '{scope}' UNION ALL SELECT 1 WHERE NOT pg_try_advisory_xact_lock('{lock}')
"""
_KEPT = "SELECT fingerprint, status, headers, body FROM idempotency_key WHERE scope = $1"
_KEEP = "INSERT INTO idempotency_key (scope, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5)"


class KeyMissing(Refusal):
    kind: ClassVar[Kind] = Kind.MALFORMED
    code: ClassVar[str] = "idempotency_key_missing"
    zh: ClassVar[str] = "此请求必须带 Idempotency-Key 请求头（1–255 个可见 ASCII 字符）。"
    en: ClassVar[str] = "This request needs an Idempotency-Key header of 1 to 255 visible ASCII characters."


class KeyReused(Refusal):
    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "idempotency_key_reused"
    zh: ClassVar[str] = "这个 Idempotency-Key 已用于内容不同的请求，请换一个新的。"
    en: ClassVar[str] = "This Idempotency-Key was used for a request with other content; take a new one."


class KeyInFlight(Refusal):
    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "idempotency_key_in_flight"
    retry_after: ClassVar[int | None] = 1
    zh: ClassVar[str] = "使用同一 Idempotency-Key 的请求正在处理，请稍后重试。"
    en: ClassVar[str] = "A request with this Idempotency-Key is being worked on; try again shortly."


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer that was given before."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one request to run: who asks, for which route, under which key, with what content."""

    scope: UUID
    fingerprint: bytes

    @classmethod
    def of(cls, actor: Actor, route: str, path: str, headers: Mapping[str, str], body: bytes) -> "Claim":
        """KeyMissing where the header is absent or unusable."""
        key = headers.get("idempotency-key", "")
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise KeyMissing
        scope = blake2b("\0".join((actor.role, actor.id, actor.tenant or "", route, key)).encode(), digest_size=16)
        content = blake2b(path.encode() + b"\0" + body, digest_size=16)
        return cls(UUID(bytes=scope.digest()), content.digest())

    @property
    def look(self) -> str:
        """Takes the key, and finds a row unless it is free. No parameters: it goes out with the BEGIN."""
        return _LOOK.format(scope=self.scope, lock=int.from_bytes(self.scope.bytes[:8], signed=True))

    async def kept(self, connection: PoolConnectionProxy) -> StoredResponse:
        """The answer of a key that is not free; KeyReused, KeyInFlight."""
        found: Any = await connection.fetchrow(_KEPT, self.scope)
        if found is None:
            raise KeyInFlight
        if found["fingerprint"] != self.fingerprint:
            raise KeyReused
        return StoredResponse(found["status"], found["headers"], found["body"])

    def keep(self, kept: StoredResponse) -> Insert:
        """What stores the answer; a UniqueViolationError on PRIMARY_KEY means that another request was first."""
        return _KEEP, (self.scope, self.fingerprint, kept.status, kept.headers, kept.body)
