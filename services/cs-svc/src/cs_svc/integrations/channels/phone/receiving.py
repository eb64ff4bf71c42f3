"""Reports of calls, signed as Standard Webhooks 1.0.0 has it. Their content is defined by docs/channels.md."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cs_svc.integrations.channels.port import CallEventKind, CallReport, Content, Irrelevant, Unreadable
from cs_svc.integrations.channels.pushes import (
    Acknowledgement,
    Push,
    Received,
    Rejected,
    RejectionCode,
    check_time,
    matches_any,
    read_json,
)
from cs_svc.integrations.channels.texts import one_line

# Any: JSON.
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LONGEST_ID = 200
_MOST_SIGNATURES = 10
_KINDS = {f"call.{kind}": kind for kind in CallEventKind}
_DIRECTIONS = frozenset({"inbound", "outbound"})
_LONGEST_SECONDS = 24 * 3600


def key_of(secret: str) -> bytes:
    """The key: the base64 behind `whsec_`. Raises: ValueError."""
    prefix, _, encoded = secret.partition("_")
    key = base64.b64decode(encoded, validate=True)
    if prefix != "whsec" or len(key) < 24:
        raise ValueError("must be whsec_ and the base64 of 24 bytes or more")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneReceiving:
    """Verifies and reads the reports of one telephone system."""

    secrets: Callable[[], Sequence[str]] = field(repr=False)

    def receive(self, push: Push, now: datetime) -> tuple[Received, ...]:
        """See the port."""
        message_id, stamp, given = (push.headers.get(name, "") for name in _HEADERS)
        if not (message_id and stamp and given) or len(message_id) > _LONGEST_ID:
            raise Rejected(RejectionCode.SIGNATURE_MISSING)
        signed = f"{message_id}.{stamp}.".encode() + push.raw
        expected = [base64.b64encode(hmac.digest(key_of(each), signed, "sha256")).decode() for each in self.secrets()]
        proofs = [matches_any(each, [f"v1,{one}" for one in expected]) for each in given.split(" ")[:_MOST_SIGNATURES]]
        if not any(proofs):
            raise Rejected(RejectionCode.SIGNATURE_INVALID)
        check_time(stamp, now)
        read_json(push.raw)
        return (Received(push_id=f"{message_id} {hashlib.sha256(push.raw).hexdigest()}", raw=push.raw),)

    def probe(self, push: Push, now: datetime) -> None:
        """See the port: the system only posts."""

    def accepted(self) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json({"status": "accepted"})

    def refused(self, code: str, status: int) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json({"status": "refused", "code": code}, status)

    def parse(self, raw: bytes) -> Content:
        """See the port."""
        try:
            found = json.loads(raw)
            kind = _KINDS.get(str(found["type"]))
            return Irrelevant("event_unknown") if kind is None else _report(kind, found["data"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            raise Unreadable("call_malformed") from None


def _report(kind: CallEventKind, data: Mapping[str, Any]) -> CallReport:
    direction = str(data.get("direction", "inbound"))
    at = datetime.fromisoformat(str(data["at"]))
    if direction not in _DIRECTIONS or at.tzinfo is None or not data["call_id"]:
        raise ValueError("direction, at or call_id")
    seconds = data.get("duration_seconds")
    return CallReport(
        kind=kind,
        call_id=one_line(str(data["call_id"])),
        number=one_line(str(data["number"])),
        direction=direction,
        at=at.astimezone(UTC),
        line=_text(data, "line"),
        agent_id=_text(data, "agent_id"),
        answered=bool(data.get("answered", False)),
        duration_seconds=min(max(int(seconds), 0), _LONGEST_SECONDS) if seconds is not None else None,
        recording=_text(data, "recording"),
    )


def _text(data: Mapping[str, Any], name: str) -> str | None:
    return one_line(str(data[name]), 255) or None if data.get(name) is not None else None
