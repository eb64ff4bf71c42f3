"""Alipay 支付宝: payments by QR code, refunds and callbacks, signed with RSA2.

Source: opendocs.alipay.com (alipay.trade.precreate, query, close, refund, fastpay.refund.query; asynchronous notifications).
Written here: the official library is synchronous and has 121 MB.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import httpx
from pydantic import BaseModel, StringConstraints, ValidationError

from order_svc.domain.payments.model import CallSubject, CheckoutFields, CheckoutKind, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.payments import bills, rsa
from order_svc.integrations.payments.alipay import statements
from order_svc.integrations.payments.alipay.forms import form_of, signed_text, times_of, yuan
from order_svc.integrations.payments.at_once import PaidAtOnce
from order_svc.integrations.payments.bills import CHINA
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.results import NOT_FOUND, NOT_REACHED, NOT_SENT, PENDING, UNKNOWN, declined
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)

_OLDEST = timedelta(hours=26)
"""A notification is repeated for 25 hours; whether `notify_time` changes with it is not documented."""
_SUCCESS, _REFUSED = "10000", "40004"
_NOT_THERE, _NO_BILL = "ACQ.TRADE_NOT_EXIST", "isp.bill_not_exist"
# Refusals that leave open what has become of this request or of an earlier one.
_OPEN = frozenset({"ACQ.SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"})
_PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
_CLOSED = "TRADE_CLOSED"
_TEXT = 200

Text = Annotated[str, StringConstraints(max_length=_TEXT, pattern=r"^[^\x00-\x1f\x7f]*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayAccount:
    """An application of a merchant. `public_keys` are Alipay's, of which any may sign."""

    app_id: str
    private_key: str = field(repr=False)
    public_keys: Sequence[str]


class _Answer(BaseModel):
    """The node of a response, as far as it is read."""

    code: Text
    sub_code: Text = ""
    qr_code: Text | None = None
    trade_no: Text | None = None
    trade_status: Text | None = None
    send_pay_date: Text | None = None
    fund_change: Text | None = None
    refund_status: Text | None = None
    bill_download_url: Annotated[str, StringConstraints(max_length=2000)] | None = None


class _Notification(BaseModel):
    app_id: Text
    out_trade_no: Text
    trade_no: Text
    trade_status: Text
    total_amount: Text
    refund_fee: Text | None = None


class Alipay(PaidAtOnce):
    """The adapter. Callbacks go to `callback_url`. Raises: ValueError for a key that is none."""

    signature_headers = ()
    key_source = None
    payer_methods = frozenset[str]()
    statement_zone, statement_ready = CHINA, timedelta(hours=10)

    def __init__(self, client: httpx.AsyncClient, *, url: str, callback_url: str, account: AlipayAccount) -> None:
        rsa.check(private=[account.private_key], public=account.public_keys)
        self.resources, self.secrets = (client,), tuple(account.public_keys)
        self._client, self._url, self._callback_url = client, url, callback_url
        self._account = account

    def takes(self, method: str) -> bool:
        """See the port."""
        return method == "qr"

    async def pay(self, payment: Payment, _: str | None = None) -> ProviderResult:
        """See the port. The buyer scans the code; the trade exists from then on."""
        content = {
            "out_trade_no": payment.id,
            "total_amount": yuan(payment.amount_minor),
            "subject": f"订单 {payment.order_id}",
            **times_of(payment),
        }
        answer = await self._call("alipay.trade.precreate", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code != _SUCCESS or not answer.qr_code:
            return _refusal(answer)
        checkout: CheckoutFields = {"kind": CheckoutKind.QR_CODE, "value": answer.qr_code}
        return ProviderResult(outcome=Outcome.PENDING, checkout=checkout)

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """See the port. Without `fund_change` nothing was moved by this request, perhaps because an earlier one has."""
        content = {
            "out_trade_no": payment.id,
            "out_request_no": refund.id,
            "refund_amount": yuan(refund.amount_minor),
        }
        answer = await self._call("alipay.trade.refund", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code != _SUCCESS:
            return _refusal(answer)
        return _succeeded(answer) if answer.fund_change == "Y" else PENDING

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """See the port. A trade does not exist before its code was scanned: a payment that has a code waits for the buyer."""
        if refund is not None:
            return await self._find_refund(payment, refund)
        answer = await self._call("alipay.trade.query", {"out_trade_no": payment.id})
        if isinstance(answer, ProviderResult):
            return UNKNOWN
        if answer.code == _SUCCESS:
            return _trade_result(answer)
        if answer.sub_code != _NOT_THERE:
            return UNKNOWN
        return NOT_FOUND if payment.checkout is None else PENDING

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port. A code that nobody has scanned ends with its time."""
        answer = await self._call("alipay.trade.close", {"out_trade_no": payment.id})
        if isinstance(answer, _Answer) and answer.sub_code == _NOT_THERE:
            return NOT_FOUND
        return await self.find(payment)

    async def _find_refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        content = {"out_trade_no": payment.id, "out_request_no": refund.id}
        answer = await self._call("alipay.trade.fastpay.refund.query", content)
        if isinstance(answer, ProviderResult) or answer.code != _SUCCESS:
            return UNKNOWN
        # Without a state it has no such refund, or has not made it yet: the same request again is the same refund.
        return _succeeded(answer) if answer.refund_status == "REFUND_SUCCESS" else NOT_FOUND

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """See the port. A day without transactions has no file; the address of a file is of use for 30 seconds."""
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = await self._call("alipay.data.dataservice.bill.downloadurl.query", content)
        if isinstance(answer, ProviderResult):
            return None
        if answer.sub_code == _NO_BILL:
            return []
        if answer.code != _SUCCESS or not answer.bill_download_url:
            return None
        try:
            response = await self._client.get(answer.bill_download_url)
            return statements.entries(response.content) if response.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """See the port. Signed are the other fields of the form, in the order of their names."""
        form = form_of(raw)
        if form is None:
            return _unverified(RejectionCode.NOT_A_FORM)
        if not form.get("sign"):
            return _unverified(RejectionCode.SIGNATURE_MISSING)
        is_ours = form.get("sign_type") == "RSA2" and form.get("app_id") == self._account.app_id
        if not (is_ours and rsa.is_signed(signed_text(form, "sign", "sign_type"), form["sign"], secrets)):
            return _unverified(RejectionCode.SIGNATURE_INVALID)
        try:
            sent_at = datetime.strptime(form.get("notify_time", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        except ValueError:
            return _unverified(RejectionCode.SIGNATURE_MALFORMED)
        return None if abs(now - sent_at) <= _OLDEST else _unverified(RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE)

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """A hash of the body, which has the id of the notification."""
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> ProviderNotification | None:
        """See the port. What is sent about refunds states their sum: the response to a refund, or a query, has its result."""
        form = form_of(raw)
        if form is None:
            raise ValueError("the body is no form")
        try:
            trade = _Notification.model_validate(form)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
        if trade.refund_fee is not None or trade.trade_status not in {*_PAID, _CLOSED}:
            return None
        closed = declined(_CLOSED, _CLOSED) if trade.trade_status == _CLOSED else None
        return ProviderNotification(
            subject=CallSubject.PAYMENT,
            subject_id=trade.out_trade_no,
            result=closed or ProviderResult(outcome=Outcome.SUCCEEDED, reference=trade.trade_no),
            amount_minor=bills.minor(trade.total_amount),
            currency="CNY",
        )

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """See the port."""
        return Acknowledgement(200, b"success", "text/plain")

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """See the port. Everything but `success` makes Alipay send it again, up to eight times in 25 hours."""
        return Acknowledgement(400, b"fail", "text/plain")

    async def _call(self, method: str, content: Mapping[str, str]) -> _Answer | ProviderResult:
        """The verified answer; a result where there is none."""
        try:
            response = await self._client.post(self._url, data=self._request(method, content))
        except NOT_REACHED:
            return NOT_SENT
        except httpx.HTTPError:
            return UNKNOWN
        return self._answer(method, response)

    def _request(self, method: str, content: Mapping[str, str]) -> dict[str, str]:
        form = {
            "app_id": self._account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.now(UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "notify_url": self._callback_url,
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        return {**form, "sign": rsa.sign(signed_text(form, "sign"), self._account.private_key)}

    def _answer(self, method: str, response: httpx.Response) -> _Answer | ProviderResult:
        """What is signed is the text of the node, as it was sent."""
        name = f'"{method.replace(".", "_")}_response":'
        try:
            text = response.content.decode()
            start = text.index(name) + len(name)
            node, end = json.JSONDecoder().raw_decode(text, start)
            signature = json.loads(text)["sign"]
            answer = _Answer.model_validate(node)
        except (ValueError, KeyError, TypeError, RecursionError):
            return UNKNOWN
        is_signed = isinstance(signature, str) and rsa.is_signed(text[start:end].encode(), signature, self.secrets)
        return answer if is_signed else UNKNOWN


def _trade_result(answer: _Answer) -> ProviderResult:
    """A trade that was refunded wholly is closed too: whether it was paid is shown by the time of the payment."""
    if answer.trade_status in _PAID or (answer.trade_status == _CLOSED and answer.send_pay_date):
        return _succeeded(answer)
    return declined(_CLOSED, _CLOSED) if answer.trade_status == _CLOSED else PENDING


def _succeeded(answer: _Answer) -> ProviderResult:
    return ProviderResult(outcome=Outcome.SUCCEEDED, reference=answer.trade_no)


def _refusal(answer: _Answer) -> ProviderResult:
    """Declined where Alipay has refused this business; every other code is about us, or leaves it open."""
    if answer.code == _REFUSED and answer.sub_code not in _OPEN:
        return declined(answer.sub_code, _REFUSED)
    return UNKNOWN


def _unverified(code: RejectionCode) -> Rejection:
    return Rejection(code, "the notification is not verified")
