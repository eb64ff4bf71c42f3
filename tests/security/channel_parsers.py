"""Parsers of what channels push, and of e-mails: the requests as they arrive, and everything behind a signature that fits."""

import base64
import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aftercare_simulators.channels.qq import Qq
from aftercare_simulators.channels.sms import SmsProvider
from aftercare_simulators.channels.telephone import Telephone
from aftercare_simulators.channels.wechat import WeChat
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cs_svc.domain.channels import Channel
from cs_svc.domain.errors import AddressMalformed
from cs_svc.domain.identities import canonical
from cs_svc.integrations.channels.email.reading import EmailReading
from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.phone.receiving import PhoneReceiving
from cs_svc.integrations.channels.port import InboundMessage, ReadingChannel, Unreadable
from cs_svc.integrations.channels.pushes import Acknowledgement, Push, Rejected
from cs_svc.integrations.channels.qq.receiving import QqReceiving
from cs_svc.integrations.channels.sms.aliyun import AliyunReceiving
from cs_svc.integrations.channels.wechat.envelopes import Envelope, EnvelopeMalformed, key_of
from cs_svc.integrations.channels.wechat.receiving import WeChatReceiving
from mails import SUPPORT, mail, report
from parser_of_inputs import Parser

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MOST_ID = 500
"""Characters of the id of a push, which is in an index."""
REFUSES = (Rejected, Unreadable)
WECHAT, QQ, SMS, PHONE = WeChat(lambda: NOW), Qq(lambda: NOW), SmsProvider(lambda: NOW), Telephone(lambda: NOW)
PLAIN = WeChatReceiving(app_id=WECHAT.app_id, tokens=lambda: [WECHAT.token], keys=list)
SEALED = WeChatReceiving(app_id=WECHAT.app_id, tokens=lambda: [WECHAT.token], keys=lambda: [WECHAT.key])
OF_QQ = QqReceiving(secrets=lambda: [QQ.secret])
OF_SMS = AliyunReceiving(tokens=lambda: ["token-of-tests"])
OF_PHONE = PhoneReceiving(secrets=lambda: [PHONE.secret])
TOKENS = Tokens("the key of tests only")
EMAIL = EmailReading(TOKENS, SUPPORT, "mx.shop.example.com")


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple):
        for each in found:
            yield from _texts(each)
    elif dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            yield from _texts(getattr(found, field.name))


def _storable(text: str) -> bool:
    """Whether PostgreSQL takes it."""
    return "\x00" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _read(channel: Channel, adapter: ReadingChannel, raw: bytes) -> None:
    """Parse what was stored. All texts can be stored again; an address is checked where it is used, and that raises nothing else."""
    found = adapter.parse(raw)
    if isinstance(found, InboundMessage):
        with suppress(AddressMalformed):
            assert _storable(canonical(channel, found.address))
        found = dataclasses.replace(found, address="")
    assert all(_storable(each) for each in _texts(found)), found


def _arrives(
    channel: Channel, adapter: Any, push: Push
) -> None:  # Any: an adapter of both ports, PushingChannel and ReadingChannel
    """Receive a push, and parse each thing that is stored of it."""
    received = adapter.receive(push, NOW)
    if isinstance(received, Acknowledgement):
        return
    for each in received:
        assert _storable(each.push_id), each.push_id
        assert len(each.push_id) <= MOST_ID
        _read(channel, adapter, each.raw)


def _wechat(data: bytes) -> None:
    _arrives(Channel.WECHAT, PLAIN, Push(raw=data, headers={}, query=WECHAT.push("", plain=True).query))


def _wechat_sealed(data: bytes) -> None:
    push = WECHAT.push(data.decode("utf-8", "replace"))
    _arrives(Channel.WECHAT, SEALED, Push(raw=push.body, headers={}, query=push.query))


def _envelope(data: bytes) -> None:
    """Anything encrypted with the right key: random bytes, length, message, app id and padding need not be there."""
    key = key_of(WECHAT.key)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(data[: len(data) // 16 * 16]) + encryptor.finalize()
    Envelope(key, WECHAT.app_id).open(base64.b64encode(sealed).decode())


def _unsealed(sealed: str) -> bytes:
    """What `_envelope` encrypts to this."""
    key = key_of(WECHAT.key)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()


def _qq(data: bytes) -> None:
    stamp = str(int(NOW.timestamp()))
    headers = {"x-signature-ed25519": QQ.key().sign(stamp.encode() + data).hex(), "x-signature-timestamp": stamp}
    _arrives(Channel.QQ, OF_QQ, Push(raw=data, headers=headers, query={}))


def _sms(data: bytes) -> None:
    _arrives(Channel.SMS, OF_SMS, Push(raw=data, headers={}, query={"token": "token-of-tests"}))


def _phone(data: bytes) -> None:
    headers, raw = PHONE.signed("msg_1", data.decode("utf-8", "replace"), NOW)
    _arrives(Channel.PHONE, OF_PHONE, Push(raw=raw, headers=headers, query={}))


def _email(data: bytes) -> None:
    _read(Channel.EMAIL, EMAIL, data)


_PROOFS = ("signature", "timestamp", "nonce", "msg_signature", "token")
_HEADERS = ("x-signature-ed25519", "x-signature-timestamp", "webhook-id", "webhook-timestamp", "webhook-signature")


def _proofs(data: bytes) -> None:
    """Any query and headers, a line each, at all four addresses; a request without the secret is never accepted."""
    lines = data.decode("latin-1").split("\n")
    query = dict(zip(_PROOFS, lines, strict=False))
    headers = dict(zip(_HEADERS, lines[len(_PROOFS) :], strict=False))
    for adapter in (PLAIN, SEALED, OF_QQ, OF_SMS, OF_PHONE):
        with suppress(Rejected):
            adapter.receive(Push(raw=b"{}", headers=headers, query=query), NOW)
        with suppress(Rejected):
            adapter.probe(Push(raw=b"", headers=headers, query=query), NOW)


def _xml(kind: str, rest: str) -> str:
    return WECHAT.xml("oPerson", kind, NOW, rest)


_MESSAGES = (
    WECHAT.message("oPerson", "退款到了吗？", number=1),
    _xml("image", "<MediaId>media-1</MediaId><MsgId>2</MsgId>"),
    _xml("event", "<Event>subscribe</Event>"),
    _xml("location", "<Location_X>1.5</Location_X><Location_Y>2</Location_Y><Label>L</Label><MsgId>3</MsgId>"),
)
_PHOTO = {"url": "https://a.qq.com/1", "filename": "1.jpg", "content_type": "image/jpeg"}
_OF_A_PERSON = QQ.push(QQ.private("person", "在吗", number=1, attachments=[_PHOTO])).body
_OF_A_GROUP = QQ.push(QQ.in_group("group", "person", "在吗", number=2)).body
_SENT = {"PhoneNumbers": "13800138000", "BizId": "000001^0", "OutId": "dlv_1"}
_PUSHED = json.dumps([SMS.report(_SENT), SMS.answer("13800138000", "TD", sequence=1)], ensure_ascii=False).encode()
_CALL = PHONE.report("ended", "c-1", "13800138000", line="4001234567", duration_seconds=30, answered=True)[1]
_FILES = mail("附件")
_FILES.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="发票.pdf")
_SEALED = WECHAT.push(_MESSAGES[0]).body.decode().partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
CHANNEL_PARSERS: dict[str, Callable[[], Parser]] = {
    "channel wechat": lambda: Parser(_wechat, tuple(each.encode() for each in _MESSAGES), REFUSES),
    "channel wechat encrypted": lambda: Parser(_wechat_sealed, tuple(each.encode() for each in _MESSAGES), REFUSES),
    "channel wechat envelope": lambda: Parser(_envelope, (_unsealed(_SEALED),), (EnvelopeMalformed,)),
    "channel qq": lambda: Parser(_qq, (_OF_A_PERSON, _OF_A_GROUP, json.dumps(QQ.verification()).encode()), REFUSES),
    "channel sms": lambda: Parser(_sms, (_PUSHED,), REFUSES),
    "channel phone": lambda: Parser(_phone, (_CALL,), REFUSES),
    "channel proofs": lambda: Parser(_proofs, (b"a\n1772424000\nn\nb\nt\nab\n1772424000\nm\n1772424000\nv1,YWJj",)),
    "e-mail": lambda: Parser(
        _email, (bytes(mail()), bytes(_FILES), report(f"<{TOKENS.coded('dlv_' + '0' * 32)}@x>")), REFUSES
    ),
}
"""How each of them is made, by name."""
