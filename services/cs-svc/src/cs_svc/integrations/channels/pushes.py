"""What a channel pushes to us, and how its adapter verifies it before it is stored."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from aftercare_chassis.json_keys import has_repeated_key

TOLERANCE = timedelta(minutes=5)
"""How far the time of a push may be from ours, either way; an older one is a repetition by somebody who has seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A request of a channel as it arrived; the names of `headers` are in lower case."""

    raw: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


class RejectionCode(StrEnum):
    """What is wrong with a push."""

    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_INVALID = "signature_invalid"
    TIMESTAMP_OUT_OF_TOLERANCE = "timestamp_out_of_tolerance"
    UNREADABLE = "unreadable"


class Rejected(Exception):
    """A push is not accepted."""

    def __init__(self, code: RejectionCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What is stored of a verified push, for `parse` of the channel. `push_id` is what makes two deliveries of it the same one."""

    push_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A response in the format of the channel."""

    body: bytes
    media_type: str = "application/json"
    status: int = 200

    @classmethod
    def of_json(cls, body: Mapping[str, object], status: int = 200) -> "Acknowledgement":
        """A JSON object."""
        return cls(json.dumps(body, ensure_ascii=False).encode(), status=status)


class PushingChannel(Protocol):
    """A channel that pushes what people write. No database, no network; the only clock is `now`."""

    def receive(self, push: Push, now: datetime) -> tuple[Received, ...] | Acknowledgement:
        """What is to be stored; or the response to a request that only asks whose address this is. Raises: Rejected."""

    def probe(self, push: Push, now: datetime) -> Acknowledgement | None:
        """The response to a GET by which the channel verifies the address; None where it uses none. Raises: Rejected."""

    def accepted(self) -> Acknowledgement:
        """The response to what is stored, whether or not it came before."""

    def refused(self, code: str, status: int) -> Acknowledgement:
        """The response to what is not accepted."""


def matches_any(given: str, expected: Iterable[str]) -> bool:
    """Whether the signature is one of those expected; the time taken does not depend on which one it is."""
    proofs = [hmac.compare_digest(given.encode(), each.encode()) for each in expected]
    return any(proofs)


def read_json(raw: bytes) -> Any:  # Any: JSON
    """The JSON of a push, in which no object has a key twice: a signature covers the bytes, not a meaning. Raises: Rejected."""
    try:
        found = json.loads(raw)
        if not has_repeated_key(raw):
            return found
    except (ValueError, RecursionError):
        pass
    raise Rejected(RejectionCode.UNREADABLE)


def check_time(stamp: str, now: datetime) -> None:
    """Check the time of a push, in seconds since 1970. Raises: Rejected."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        raise Rejected(RejectionCode.SIGNATURE_INVALID)
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
        raise Rejected(RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE)
