"""What QQ pushes: messages of people, signed with Ed25519, and the request by which it verifies the address (op 13)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cs_svc.integrations.channels.port import Content, InboundMessage, Irrelevant, Media, Unreadable
from cs_svc.integrations.channels.pushes import (
    Acknowledgement,
    Push,
    Received,
    Rejected,
    RejectionCode,
    check_time,
    read_json,
)
from cs_svc.integrations.channels.texts import clean, one_line

# Any: JSON.
_DISPATCH, _ACKNOWLEDGED, _VERIFICATION = 0, 12, 13
_SEED = 32
C2C, GROUP = "c2c", "group"
_KINDS = {"C2C_MESSAGE_CREATE": C2C, "GROUP_AT_MESSAGE_CREATE": GROUP}
_MOST_MEDIA = 9


def signing_key(secret: str) -> Ed25519PrivateKey:
    """The key pair of the bot, whose seed is its secret, repeated to 32 bytes."""
    raw = secret.encode()
    return Ed25519PrivateKey.from_private_bytes((raw * (_SEED // len(raw) + 1))[:_SEED])


@dataclass(frozen=True, slots=True, kw_only=True)
class QqReceiving:
    """Verifies and reads the pushes of one bot."""

    secrets: Callable[[], Sequence[str]] = field(repr=False)

    def receive(self, push: Push, now: datetime) -> tuple[Received, ...] | Acknowledgement:
        """See the port. The response to op 13 is a signature of ours, which proves that the secret is known here."""
        secret = self._verified(push, now)
        found = _object(push.raw)
        if found.get("op") == _VERIFICATION:
            return _verification(found, secret)
        if found.get("op") != _DISPATCH:
            return Acknowledgement.of_json({"op": _ACKNOWLEDGED})
        return (Received(push_id=_push_id(found), raw=push.raw),)

    def probe(self, push: Push, now: datetime) -> None:
        """See the port: QQ only posts."""

    def accepted(self) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json({"op": _ACKNOWLEDGED})

    def refused(self, code: str, status: int) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json({"code": code}, status)

    def parse(self, raw: bytes) -> Content:
        """See the port."""
        try:
            return _content(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unreadable("qq_malformed") from None

    def _verified(self, push: Push, now: datetime) -> str:
        """The secret with which the push is signed: the time and the body. Raises: Rejected."""
        given, stamp = push.headers.get("x-signature-ed25519", ""), push.headers.get("x-signature-timestamp", "")
        if not (given and stamp):
            raise Rejected(RejectionCode.SIGNATURE_MISSING)
        for secret in self.secrets():
            try:
                signing_key(secret).public_key().verify(bytes.fromhex(given), stamp.encode() + push.raw)
            except (InvalidSignature, ValueError):
                continue
            check_time(stamp, now)
            return secret
        raise Rejected(RejectionCode.SIGNATURE_INVALID)


def _object(raw: bytes) -> Mapping[str, Any]:
    found = read_json(raw)
    if not isinstance(found, dict):
        raise Rejected(RejectionCode.UNREADABLE)
    return found


def _verification(found: Mapping[str, Any], secret: str) -> Acknowledgement:
    asked = found.get("d")
    token, stamp = (
        (str(asked.get(name, "")) for name in ("plain_token", "event_ts")) if isinstance(asked, dict) else ("", "")
    )
    if not token:
        raise Rejected(RejectionCode.UNREADABLE)
    proof = signing_key(secret).sign(f"{stamp}{token}".encode()).hex()
    return Acknowledgement.of_json({"plain_token": token, "signature": proof})


def _push_id(found: Mapping[str, Any]) -> str:
    """A message is the same one by its own id: QQ may push it again as another event."""
    data = found.get("d")
    message_id = data.get("id") if isinstance(data, dict) else None
    return f"{one_line(str(found.get('t', '')), 60)} {one_line(str(message_id or found.get('id', '')), 300)}"


def _content(found: Mapping[str, Any]) -> Content:
    kind = _KINDS.get(str(found.get("t")))
    if kind is None:
        return Irrelevant(f"event_{one_line(str(found.get('t', 'unnamed')), 40).lower()}")
    data = found["d"]
    author = data["author"]
    # Whoever writes in a group is a person of their own there; the answer goes to the group.
    address = (
        f"{C2C}:{author['user_openid']}" if kind == C2C else f"{GROUP}:{data['group_openid']}:{author['member_openid']}"
    )
    media = _media(data.get("attachments"))
    return InboundMessage(
        external_id=one_line(str(data["id"]), 300),
        address=address,
        text=clean(str(data.get("content", ""))) or ("[图片]" if media else "[…]"),
        continues=True,
        written_at=_time(str(data.get("timestamp", ""))),
        media=media,
    )


def _media(found: Any) -> tuple[Media, ...]:
    listed = found[:_MOST_MEDIA] if isinstance(found, list) else []
    return tuple(
        Media(
            reference=one_line(str(each["url"]), 2_000),
            name=one_line(str(each.get("filename") or "")) or "unnamed",
            media_type=one_line(str(each.get("content_type") or ""), 100) or "application/octet-stream",
        )
        for each in listed
        if isinstance(each, dict) and str(each.get("url", "")).startswith("https://")
    )


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
