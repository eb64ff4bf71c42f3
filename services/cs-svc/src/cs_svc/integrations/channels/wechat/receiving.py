"""What WeChat pushes: messages of people and events of the account, as XML, plain or encrypted."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cs_svc.integrations.channels.port import Content, InboundMessage, Irrelevant, Media, Unreadable
from cs_svc.integrations.channels.pushes import (
    Acknowledgement,
    Push,
    Received,
    Rejected,
    RejectionCode,
    check_time,
    matches_any,
)
from cs_svc.integrations.channels.texts import clean, one_line
from cs_svc.integrations.channels.wechat.envelopes import Envelope, EnvelopeMalformed, key_of, signature

Secrets = Callable[[], Sequence[str]]
"""The values of a secret that are valid now, several while one replaces another."""
_TEXT = "text/plain"
_MEDIA = {"image": ("[图片]", "image.jpg", "image/jpeg"), "voice": ("[语音]", "voice.amr", "audio/amr")}
_MEDIA |= {"video": ("[视频]", "video.mp4", "video/mp4"), "shortvideo": ("[视频]", "video.mp4", "video/mp4")}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatReceiving:
    """Verifies and reads the pushes of one account. Where `keys` gives any, a push that is not encrypted is refused."""

    app_id: str
    tokens: Secrets
    keys: Secrets

    def receive(self, push: Push, now: datetime) -> tuple[Received, ...]:
        """See the port. The signature of the query covers no body; that of an encrypted one (`msg_signature`) does."""
        self._check(push, now, "signature")
        raw = push.raw
        if self.keys():
            encrypted = _fields(raw, RejectionCode.UNREADABLE).get("Encrypt", "")
            self._check(push, now, "msg_signature", encrypted)
            raw = self._opened(encrypted)
        return (Received(push_id=_push_id(_fields(raw, RejectionCode.UNREADABLE)), raw=raw),)

    def probe(self, push: Push, now: datetime) -> Acknowledgement:
        """See the port: who verifies the address repeats `echostr`."""
        self._check(push, now, "signature")
        return Acknowledgement(push.query.get("echostr", "").encode(), _TEXT)

    def accepted(self) -> Acknowledgement:
        """See the port. Answers go out by a request of ours, so that WeChat need not wait for them; it shows nothing for `success`."""
        return Acknowledgement(b"success", _TEXT)

    def refused(self, code: str, status: int) -> Acknowledgement:
        """See the port. WeChat repeats the push three times."""
        return Acknowledgement(code.encode(), _TEXT, status)

    def parse(self, raw: bytes) -> Content:
        """See the port."""
        try:
            return _content(_fields(raw, RejectionCode.UNREADABLE))
        except Rejected:
            raise Unreadable("xml_malformed") from None

    def _check(self, push: Push, now: datetime, name: str, *covered: str) -> None:
        query = push.query
        given, stamp, nonce = query.get(name, ""), query.get("timestamp", ""), query.get("nonce", "")
        if not (given and stamp and nonce):
            raise Rejected(RejectionCode.SIGNATURE_MISSING)
        if not matches_any(given, [signature(token, stamp, nonce, *covered) for token in self.tokens()]):
            raise Rejected(RejectionCode.SIGNATURE_INVALID)
        check_time(stamp, now)

    def _opened(self, encrypted: str) -> bytes:
        for key in self.keys():
            try:
                return Envelope(key_of(key), self.app_id).open(encrypted)
            except EnvelopeMalformed:
                continue
        raise Rejected(RejectionCode.UNREADABLE)


def _fields(raw: bytes, code: RejectionCode) -> Mapping[str, str]:
    """The elements below the root. Entities and document types are refused. Raises: Rejected."""
    try:
        root = ElementTree.fromstring(raw, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise Rejected(code) from None
    return {each.tag: each.text or "" for each in root}


def _push_id(found: Mapping[str, str]) -> str:
    """A message has an id; an event is the same one by its author, its second and what happened."""
    if found.get("MsgId"):
        return f"message {one_line(found['MsgId'], 64)}"
    named = "\n".join(found.get(name, "") for name in ("FromUserName", "CreateTime", "Event", "EventKey"))
    return f"event {hashlib.sha256(named.encode()).hexdigest()}"


def _content(found: Mapping[str, str]) -> Content:
    kind = one_line(found.get("MsgType", ""), 40).lower()
    if kind == "event":
        return Irrelevant(f"event_{one_line(found.get('Event', ''), 40).lower() or 'unnamed'}")
    author = found.get("FromUserName", "")
    if not author:
        raise Unreadable("no_sender")
    media_id = one_line(found.get("MediaId", ""), 300)
    _, name, media_type = _MEDIA.get(kind, ("", "", ""))
    media = (Media(reference=media_id, name=name, media_type=media_type),) if name and media_id else ()
    return InboundMessage(
        external_id=one_line(found.get("MsgId", ""), 64) or None,
        address=author,
        text=clean(_text(kind, found)) or "[…]",
        continues=True,
        written_at=_time(found.get("CreateTime", "")),
        media=media,
    )


def _text(kind: str, found: Mapping[str, str]) -> str:
    """What is shown of a message; of voice what WeChat has recognised, where the account has that."""
    if kind == "text":
        return found.get("Content", "")
    if kind == "location":
        return f"[位置] {found.get('Label', '')} ({found.get('Location_X', '')}, {found.get('Location_Y', '')})"
    if kind == "link":
        return f"[链接] {found.get('Title', '')}\n{found.get('Description', '')}\n{found.get('Url', '')}"
    if kind == "miniprogrampage":
        return f"[小程序] {found.get('Title', '')}"
    return " ".join((_MEDIA.get(kind, (f"[{kind or '?'}]",))[0], found.get("Recognition", "")))


def _time(stamp: str) -> datetime | None:
    return datetime.fromtimestamp(int(stamp), UTC) if stamp.isascii() and stamp.isdigit() and len(stamp) < 11 else None
