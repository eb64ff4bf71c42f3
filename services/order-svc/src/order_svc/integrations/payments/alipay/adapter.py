"""Alipay 支付宝: payments by QR code, taken at once or authorised first, refunds and callbacks, signed with RSA2.

Source: opendocs.alipay.com (alipay.trade.precreate, query, close, refund, fastpay.refund.query; asynchronous notifications).
Written here: the official library is synchronous and has 121 MB.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import httpx
from pydantic import BaseModel, ValidationError

from order_svc.domain.payments.model import CallSubject, CheckoutFields, CheckoutKind, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.payments import bills, rsa
from order_svc.integrations.payments.alipay import statements
from order_svc.integrations.payments.alipay.forms import form_of, signed_text, timeout_of, yuan
from order_svc.integrations.payments.alipay.gateway import (
    SUCCESS,
    AlipayAccount,
    Answer,
    Gateway,
    Text,
    refusal,
    succeeded,
)
from order_svc.integrations.payments.alipay.pre_authorisations import (
    FREEZE,
    UNFREEZE,
    PreAuthorisations,
    notification,
)
from order_svc.integrations.payments.bills import CHINA
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.results import NOT_FOUND, PENDING, UNKNOWN, declined
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
_NOT_THERE, _NO_BILL = "ACQ.TRADE_NOT_EXIST", "isp.bill_not_exist"
_PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
_CLOSED = "TRADE_CLOSED"


class _Notification(BaseModel):
    app_id: Text
    out_trade_no: Text
    trade_no: Text
    trade_status: Text
    total_amount: Text
    refund_fee: Text | None = None


class Alipay:
    """The adapter. Callbacks go to `callback_url`. Raises: ValueError for a key that is none."""

    signature_headers = ()
    key_source = None
    payer_methods = frozenset[str]()
    statement_zone, statement_ready = CHINA, timedelta(hours=10)

    def __init__(self, client: httpx.AsyncClient, *, url: str, callback_url: str, account: AlipayAccount) -> None:
        self._gateway = Gateway(client, url=url, callback_url=callback_url, account=account)
        self._authorisations = PreAuthorisations(self._gateway, account.seller_id)
        self.resources, self.secrets = (client,), tuple(account.public_keys)
        self._client, self._app_id = client, account.app_id
        self.authorises = bool(account.seller_id)

    def takes(self, method: str) -> bool:
        """See the port."""
        return method == "qr"

    async def pay(self, payment: Payment, _: str | None = None) -> ProviderResult:
        """See the port. The buyer scans the code; the trade exists from then on."""
        if payment.authorised_minor is not None:
            return await self._authorisations.pay(payment)
        content = {
            "out_trade_no": payment.id,
            "total_amount": yuan(payment.amount_minor),
            "subject": f"订单 {payment.order_id}",
            **timeout_of(payment, "qr_code_timeout_express", "timeout_express"),
        }
        answer = await self._gateway.call("alipay.trade.precreate", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code != SUCCESS or not answer.qr_code:
            return refusal(answer)
        checkout: CheckoutFields = {"kind": CheckoutKind.QR_CODE, "value": answer.qr_code}
        return ProviderResult(outcome=Outcome.PENDING, checkout=checkout)

    async def capture(self, payment: Payment) -> ProviderResult:
        """See the port."""
        return await self._authorisations.capture(payment)

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """See the port. Without `fund_change` nothing was moved by this request, perhaps because an earlier one has."""
        content = {
            "out_trade_no": payment.id,
            "out_request_no": refund.id,
            "refund_amount": yuan(refund.amount_minor),
        }
        answer = await self._gateway.call("alipay.trade.refund", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code != SUCCESS:
            return refusal(answer)
        return succeeded(answer) if answer.fund_change == "Y" else PENDING

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """See the port. A trade does not exist before its code was scanned: a payment that has a code waits for the buyer."""
        if refund is not None:
            return await self._find_refund(payment, refund)
        if payment.authorised_minor is not None:
            return await self._authorisations.find(payment)
        answer = await self._gateway.call("alipay.trade.query", {"out_trade_no": payment.id})
        if isinstance(answer, ProviderResult):
            return UNKNOWN
        if answer.code == SUCCESS:
            return _trade_result(answer)
        if answer.sub_code != _NOT_THERE:
            return UNKNOWN
        return NOT_FOUND if payment.checkout is None else PENDING

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port. A code that nobody has scanned ends with its time."""
        if payment.authorised_minor is not None:
            return await self._authorisations.close(payment)
        answer = await self._gateway.call("alipay.trade.close", {"out_trade_no": payment.id})
        if isinstance(answer, Answer) and answer.sub_code == _NOT_THERE:
            return NOT_FOUND
        return await self.find(payment)

    async def _find_refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        content = {"out_trade_no": payment.id, "out_request_no": refund.id}
        answer = await self._gateway.call("alipay.trade.fastpay.refund.query", content)
        if isinstance(answer, ProviderResult) or answer.code != SUCCESS:
            return UNKNOWN
        # Without a state it has no such refund, or has not made it yet: the same request again is the same refund.
        return succeeded(answer) if answer.refund_status == "REFUND_SUCCESS" else NOT_FOUND

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """See the port. A day without transactions has no file; the address of a file is of use for 30 seconds."""
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = await self._gateway.call("alipay.data.dataservice.bill.downloadurl.query", content)
        if isinstance(answer, ProviderResult):
            return None
        if answer.sub_code == _NO_BILL:
            return []
        if answer.code != SUCCESS or not answer.bill_download_url:
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
        is_ours = form.get("sign_type") == "RSA2" and form.get("app_id") == self._app_id
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
            if form.get("notify_type") in (FREEZE, UNFREEZE):
                return notification(form)
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


def _trade_result(answer: Answer) -> ProviderResult:
    """A trade that was refunded wholly is closed too: whether it was paid is shown by the time of the payment."""
    if answer.trade_status in _PAID or (answer.trade_status == _CLOSED and answer.send_pay_date):
        return succeeded(answer)
    return declined(_CLOSED, _CLOSED) if answer.trade_status == _CLOSED else PENDING


def _unverified(code: RejectionCode) -> Rejection:
    return Rejection(code, "the notification is not verified")
