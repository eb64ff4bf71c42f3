"""What a partner pushes to us, and how its adapter examines it before it is stored. Couriers and payment providers alike."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

C_co = TypeVar("C_co", covariant=True)
C = TypeVar("C")
_LONGEST_DETAIL = 200
CHINESE = "zh-CN"
"""The language of sentences where a request names no other."""


class RejectionCode(StrEnum):
    """What is wrong with a push. All but `unreadable` mean that it is not verified: anyone may have sent it."""

    NOT_A_FORM = "not_a_form"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "malformed_signature"
    SIGNATURE_INVALID = "signature_invalid"
    TIMESTAMP_OUT_OF_TOLERANCE = "timestamp_out_of_tolerance"
    ENDPOINT_REVOKED = "endpoint_revoked"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a push is not accepted."""

    code: RejectionCode
    detail: str


REVOKED = Rejection(RejectionCode.ENDPOINT_REVOKED, "this endpoint takes no pushes any more")
ADDRESS_NOT_ALLOWED = Rejection(RejectionCode.ADDRESS_NOT_ALLOWED, "this endpoint takes no pushes from this address")


class Acceptance(StrEnum):
    """What is done with a push that is accepted."""

    PROCESSED = "processed"  # by a worker, right after the response
    REPEATED = "repeated"  # nothing: it is stored already
    IRRELEVANT = "irrelevant"  # nothing: it is about something else, or cannot be read


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The response to a partner, in the partner's own format; never a problem document, never a redirect."""

    status: int
    body: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, body: Mapping[str, object]) -> "Acknowledgement":
        """A JSON object in UTF-8."""
        return cls(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")


class PushAdapter(Protocol[C_co]):
    """How the pushes of one partner are verified, read and acknowledged. Pure: no clock, no network, no database.

    `headers` have lower-case names; `:path` is the path and the query of the request, as in RFC 9113. `signature_headers` are
    the names of those that `verify` reads and that are stored with the push.
    """

    @property
    def signature_headers(self) -> tuple[str, ...]: ...

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """None where the push is verified: signed with one of the secrets."""

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """What makes two deliveries of a verified push the same one.

        It is the partner's message id, where there is one, and a hash of all that `parse` reads: a sender may correct the
        body of a message and send it again under its id.
        """

    def parse(self, raw: bytes) -> C_co:
        """The content of a verified push; None or empty, as the port of the partner says, where it is about something else.

        Raises: ValueError where it cannot be read.
        """

    def accepted(self, acceptance: Acceptance, push: "ExaminedPush[object]") -> Acknowledgement:
        """The acknowledgement of this push, which is stored: the partner does not send it again."""

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """The acknowledgement of a push that is not accepted, with its own sentences for people in `language` (a tag).

        `code` is a RejectionCode, or what the routing or the middleware refuses with; the status of the latter takes the
        place of the acknowledgement's.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPush(Generic[C_co]):
    """A push as it arrived, and what its adapter found: the content, or the rejection.

    `verified` is true where it has the partner's signature; then `headers` are the adapter's `signature_headers`.
    """

    push_id: str
    raw: bytes
    received_at: datetime
    headers: Mapping[str, str]
    verified: bool
    content: C_co | None = None
    rejection: Rejection | None = None


def examine(
    adapter: PushAdapter[C],
    raw: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
    *,
    rejection: Rejection | None = None,
) -> ExaminedPush[C]:
    """Verify the raw bytes of a push, then read them; nothing is verified where the endpoint has a `rejection` for it.

    An unverified push is identified by its content: that may be anything, and the same again must not take up more space.
    """
    rejection = rejection or adapter.verify(raw, headers, secrets, now)
    if rejection is not None:
        push_id = f"refused:{rejection.code}:{hashlib.sha256(raw).hexdigest()}"
        return ExaminedPush(push_id=push_id, raw=raw, received_at=now, headers={}, verified=False, rejection=rejection)
    signature = {name: headers[name] for name in adapter.signature_headers if name in headers}
    push: ExaminedPush[C] = ExaminedPush(
        push_id=adapter.push_id(raw, headers), raw=raw, received_at=now, headers=signature, verified=True
    )
    try:
        return replace(push, content=adapter.parse(raw))
    except ValueError as error:
        return replace(push, rejection=Rejection(RejectionCode.UNREADABLE, str(error)[:_LONGEST_DETAIL]))
