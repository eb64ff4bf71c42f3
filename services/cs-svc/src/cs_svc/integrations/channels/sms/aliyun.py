"""Text messages out by SendSms (version 2017-05-25), and reports and answers in by its pushes (SmsReport, SmsUp)."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import httpx

from cs_svc.integrations.channels.port import (
    Content,
    DeliveryReport,
    InboundMessage,
    Outcome,
    Outgoing,
    Sent,
    Unreadable,
)
from cs_svc.integrations.channels.pushes import (
    Acknowledgement,
    Push,
    Received,
    Rejected,
    RejectionCode,
    matches_any,
    read_json,
)
from cs_svc.integrations.channels.sms.segments import segments
from cs_svc.integrations.channels.sms.signing import AccessKey, Action, headers
from cs_svc.integrations.channels.texts import clean, one_line

# Any: JSON.
_BEIJING = timezone(timedelta(hours=8))
_MOST_PUSHED = 1_000
_WHYS = {
    "isv.BUSINESS_LIMIT_CONTROL": "too_many_to_address",
    "isv.BLACK_KEY_CONTROL_LIMIT": "text_forbidden",
    "isv.MOBILE_NUMBER_ILLEGAL": "address_unknown",
    "isv.AMOUNT_NOT_ENOUGH": "account_empty",
    "SignatureDoesNotMatch": "sms_login_refused",
    "InvalidAccessKeyId.NotFound": "sms_login_refused",
}
_LATER = frozenset(
    {"isv.BUSINESS_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_DENY"}
)
_LATER |= {
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId.NotFound",
    "Throttling",
    "Throttling.User",
    "ServiceUnavailable",
}
_OUT = frozenset({"td", "t", "n", "退订", "退", "stop", "unsubscribe", "拒收"})
_IN = frozenset({"start", "恢复", "开通", "订阅"})
_LONGEST_KEYWORD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunSending:
    """Sends with one signature 签名 and one template, whose variable `content` is the text. The provider recognises no repetition."""

    client: httpx.AsyncClient
    url: str
    key_id: str
    secret: Callable[[], str] = field(repr=False)
    sign_name: str
    template: str
    most_segments: int
    hourly: int
    repeats_safely: bool = False

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        return (self.client,)

    async def send(self, outgoing: Outgoing, now: datetime) -> Sent:
        """See the port. What a number gets in an hour beyond the limit waits."""
        count = segments(f"【{self.sign_name}】{outgoing.text}")
        if count > self.most_segments:
            return Sent(Outcome.REFUSED, why="text_too_long")
        if outgoing.sent_lately >= self.hourly:
            return Sent(Outcome.UNAVAILABLE, why="too_many_to_address")
        action = self._action(outgoing)
        key = AccessKey(id=self.key_id, secret=self.secret())
        # A repetition of an attempt whose end is not known is never sent, so that each request has a nonce of its own.
        nonce = hashlib.sha256(f"{outgoing.delivery_id} {now.isoformat()}".encode()).hexdigest()
        host = urlsplit(self.url).netloc
        signed = headers(action, host=host, at=now.astimezone(UTC), nonce=nonce, key=key)
        try:
            response = await self.client.post(f"{self.url}/?{action.query}", headers=signed)
            found = response.json()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Sent(Outcome.UNAVAILABLE, why="sms_unavailable")
        except (httpx.HTTPError, ValueError):
            return Sent(Outcome.REFUSED, why="outcome_unknown")  # it may have been taken
        return _sent(found if isinstance(found, dict) else {}, count)

    def _action(self, outgoing: Outgoing) -> Action:
        parameters = {
            # Numbers in China are given without the country code, others without the plus.
            "PhoneNumbers": outgoing.address.removeprefix("+86").removeprefix("+"),
            "SignName": self.sign_name,
            "TemplateCode": self.template,
            "TemplateParam": json.dumps({"content": outgoing.text}, ensure_ascii=False),
            "OutId": outgoing.delivery_id,
        }
        return Action(name="SendSms", version="2017-05-25", parameters=parameters)


def _sent(found: Mapping[str, Any], count: int) -> Sent:
    code = str(found.get("Code", ""))
    if code == "OK":
        return Sent(Outcome.SENT, str(found.get("BizId") or "") or None, segments=count)
    if not code:
        return Sent(Outcome.REFUSED, why="outcome_unknown")
    later = code in _LATER or code.startswith("Throttling")
    why = _WHYS.get(code, f"sms_{_code(code)}")
    return Sent(Outcome.UNAVAILABLE if later else Outcome.REFUSED, why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunReceiving:
    """Reads reports and answers. The provider signs no push, so that the address has a secret: `?token=…`, one of `tokens`."""

    tokens: Callable[[], Sequence[str]] = field(repr=False)

    def receive(self, push: Push, now: datetime) -> tuple[Received, ...]:
        """See the port. One push has up to some hundred reports, of which each is stored by itself."""
        if not push.query.get("token"):
            raise Rejected(RejectionCode.SIGNATURE_MISSING)
        if not matches_any(push.query["token"], self.tokens()):
            raise Rejected(RejectionCode.SIGNATURE_INVALID)
        found = read_json(push.raw)
        if (
            not isinstance(found, list)
            or len(found) > _MOST_PUSHED
            or not all(isinstance(each, dict) for each in found)
        ):
            raise Rejected(RejectionCode.UNREADABLE)
        return tuple(Received(push_id=_push_id(each), raw=json.dumps(each).encode()) for each in found)

    def probe(self, push: Push, now: datetime) -> None:
        """See the port: the provider only posts."""

    def accepted(self) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json({"code": 0, "msg": "成功"})

    def refused(self, code: str, status: int) -> Acknowledgement:
        """See the port. The provider repeats the push."""
        return Acknowledgement.of_json({"code": 1, "msg": code}, status)

    def parse(self, raw: bytes) -> Content:
        """See the port."""
        try:
            found = json.loads(raw)
            return _message(found) if "content" in found else _report(found)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Unreadable("sms_malformed") from None


def _push_id(found: Mapping[str, Any]) -> str:
    """An answer has a number; a report is the same one by message, number and result."""
    if "content" in found and found.get("sequence_id"):
        return f"answer {one_line(str(found['sequence_id']), 64)}"
    return f"push {hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()}"


def _message(found: Mapping[str, Any]) -> InboundMessage:
    text = clean(str(found["content"]))
    keyword = text.strip(" .。!！").lower() if len(text) < _LONGEST_KEYWORD else ""
    return InboundMessage(
        external_id=one_line(str(found.get("sequence_id") or ""), 64) or None,
        address=one_line(str(found["phone_number"])),
        text=text or "[…]",
        continues=True,
        written_at=_time(str(found.get("send_time", ""))),
        takes_messages=False if keyword in _OUT else True if keyword in _IN else None,
    )


def _report(found: Mapping[str, Any]) -> DeliveryReport:
    delivered = found["success"] is True
    delivery_id = str(found.get("out_id") or "")
    return DeliveryReport(
        delivery_id=one_line(delivery_id) if delivery_id.startswith("dlv_") else None,
        external_id=one_line(str(found["biz_id"])),
        delivered=delivered,
        why=None if delivered else f"sms_{_code(str(found.get('err_code', 'undelivered')))}",
    )


def _code(text: str) -> str:
    return "".join(each if each.isascii() and each.isalnum() else "_" for each in text.lower())[:60]


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_BEIJING).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
