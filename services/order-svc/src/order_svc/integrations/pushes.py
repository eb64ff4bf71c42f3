"""What a partner pushes to us, and how its adapter examines it before it is stored. Couriers and payment providers alike."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

C_co = TypeVar("C_co", covariant=True)
C = TypeVar("C")
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a push is not accepted. `unauthenticated`: nothing in it comes from any partner."""

    code: str
    detail: str
    unauthenticated: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The response to a partner, in the partner's own format; never a problem document, never a redirect."""

    status: int
    body: bytes
    media_type: str


class PushAdapter(Protocol[C_co]):
    """How the pushes of one partner are verified and read. Pure: no clock, no network, no database.

    `headers` have lower-case names; `proving_headers` are the names of those that prove a push, which are stored with it.
    """

    @property
    def proving_headers(self) -> tuple[str, ...]: ...

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """None where one of the secrets proves the push."""

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """What makes two deliveries of a verified push the same one.

        It is the partner's message id, where there is one, and a hash of all that `parse` reads: a sender may correct the
        body of a message and send it again under its id.
        """

    def parse(self, raw: bytes) -> C_co:
        """The content of a verified push. Raises: ValueError where it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPush(Generic[C_co]):
    """A push as it arrived, and what its adapter found: the content, or the rejection.

    `verified` is true where the partner is proven to have sent it; then `headers` are those that prove it.
    """

    push_id: str
    raw: bytes
    headers: Mapping[str, str]
    verified: bool
    content: C_co | None = None
    rejection: Rejection | None = None


def examine(
    adapter: PushAdapter[C], raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> ExaminedPush[C]:
    """Verify the raw bytes of a push, then read them.

    An unproven push is numbered by its content: that may be anything, and the same again must not take up more space.
    """
    rejection = adapter.verify(raw, headers, secrets, now)
    if rejection is not None:
        push_id = f"refused:{rejection.code}:{hashlib.sha256(raw).hexdigest()}"
        return ExaminedPush(push_id=push_id, raw=raw, headers={}, verified=False, rejection=rejection)
    push_id = adapter.push_id(raw, headers)
    proof = {name: headers[name] for name in adapter.proving_headers if name in headers}
    try:
        content = adapter.parse(raw)
    except ValueError as error:
        unreadable = Rejection("unreadable", str(error)[:_LONGEST_DETAIL])
        return ExaminedPush(push_id=push_id, raw=raw, headers=proof, verified=True, rejection=unreadable)
    return ExaminedPush(push_id=push_id, raw=raw, headers=proof, verified=True, content=content)
