"""Alipay's gateway as an ASGI application: `create(account)`. Source: opendocs.alipay.com (alipay.trade.*, RSA2)."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import Response

from aftercare_simulators.alipay import gateway
from aftercare_simulators.alipay.authorisations import Authorisations, held
from aftercare_simulators.alipay.bills import CHINA, trade_bill, yuan
from aftercare_simulators.alipay.gateway import Account
from aftercare_simulators.payment.app import add_controls, lifespan
from aftercare_simulators.payment.callbacks import RETRY_PAUSES, Callbacks, Delivery
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused, Status
from aftercare_simulators.payment.methods import Method
from aftercare_simulators.payment.provider import Provider

# Any: JSON, and callables as their libraries declare them.
Json = dict[str, Any]  # Any: JSON
_CODES = {
    "payment_unknown": "ACQ.TRADE_NOT_EXIST",
    "idempotency_key_reused": "ACQ.DISCORDANT_REPEAT_REQUEST",
    "refund_exceeds_payment": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "payment_not_succeeded": "ACQ.TRADE_STATUS_ERROR",
    "capture_declined": "ACQ.BUYER_BALANCE_NOT_ENOUGH",
    "capture_exceeds_authorisation": "ACQ.ERROR_BALANCE_PAYMENT_DISABLE",
    "payment_not_authorised": "ACQ.TRADE_STATUS_ERROR",
}


def create(
    account: Account,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: httpx.AsyncClient | None = None,
    delay: float = 0.05,
    slow: float = 3.0,
    retry_pauses: Sequence[float] = RETRY_PAUSES,
) -> FastAPI:
    """Alipay for one application. The buyer scans and pays after `delay` seconds; the other parameters are those of the payment
    simulator. A callback is taken where the shop answers `success`."""
    app = FastAPI(title="Alipay simulator", version="1", lifespan=lifespan)
    callbacks = Callbacks(lambda _, __: {}, clock, client, retry_pauses, lambda response: response.text == "success")
    ledger = Ledger(clock=clock)

    def report(operation: Operation) -> Delivery | None:
        return _callback(account, ledger, operation, clock(), authorisations.unfrozen)

    provider = Provider(ledger, callbacks, delay, slow, report)
    app.state.provider, app.state.account = provider, account
    trades = _Trades(account, provider, clock)
    authorisations = Authorisations(account, provider, trades.operation, app)
    methods: dict[str, Callable[[str, Json, str], Awaitable[Response]]] = {
        "alipay.trade.precreate": trades.precreate,
        "alipay.trade.query": trades.query,
        "alipay.trade.close": trades.close,
        "alipay.trade.refund": trades.refund,
        "alipay.trade.fastpay.refund.query": trades.refund_query,
        "alipay.data.dataservice.bill.downloadurl.query": trades.bill,
        **authorisations.methods,
    }

    @app.post("/gateway.do")
    async def call(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        method = form.get("method", "")
        if not gateway.authorizes(account, form) or method not in methods:
            refused = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
            return gateway.respond(account, method or "error", dict(refused))
        try:
            trades.address = str(request.base_url)
            return await methods[method](method, json.loads(form["biz_content"]), form.get("notify_url", ""))
        except OperationRefused as error:
            return gateway.fail(account, method, _CODES.get(error.code, "ACQ.INVALID_PARAMETER"))

    @app.get("/bills/{day}")
    async def download(day: date) -> Response:
        return Response(trades.bill_of(day) or b"", media_type="application/octet-stream")

    add_controls(app, provider)
    return app


class _Trades:
    """The methods about trades. A trade that the buyer has not scanned does not exist yet."""

    def __init__(self, account: Account, provider: Provider, clock: Callable[[], datetime]) -> None:
        self._account, self._provider, self._ledger, self._clock = account, provider, provider.ledger, clock
        self.address = ""

    async def precreate(self, method: str, content: Json, url: str) -> Response:
        number = content["out_trade_no"]
        operation = self.operation(Kind.PAYMENT, number, number, content["total_amount"], Method.SUCCESS, url)

        def answer(made: Operation, _: bool) -> Response:
            if made.status is Status.SUCCEEDED and not made.script.callback_first:
                return gateway.fail(self._account, method, "ACQ.TRADE_HAS_SUCCESS")
            return self._ok(method, out_trade_no=number, qr_code=f"https://qr.alipay.com/{uuid4().hex[:20]}")

        return await self._provider.submit(number, content, operation, answer)

    async def query(self, method: str, content: Json, _: str) -> Response:
        payment = self._scanned(content["out_trade_no"])
        return self._ok(method, **_trade(self._ledger, payment))

    async def close(self, method: str, content: Json, _: str) -> Response:
        payment = self._provider.void(self._scanned(content["out_trade_no"]))
        if payment.status is Status.SUCCEEDED:
            return gateway.fail(self._account, method, "ACQ.TRADE_STATUS_ERROR")
        return self._ok(method, out_trade_no=payment.id, trade_no=payment.reference)

    async def refund(self, method: str, content: Json, _: str) -> Response:
        payment = self._ledger.find(Kind.PAYMENT, content["out_trade_no"])
        number, amount = content["out_request_no"], content["refund_amount"]
        operation = self.operation(Kind.REFUND, number, payment.id, amount, payment.method, payment.callback_url)

        def answer(made: Operation, replayed: bool) -> Response:
            if made.status is Status.DECLINED:
                return gateway.fail(self._account, method, "ACQ.SELLER_BALANCE_NOT_ENOUGH")
            refunded = self._ledger.refunded(payment.id, Status.SUCCEEDED)
            moved = "N" if replayed or made.status is Status.PENDING else "Y"
            return self._ok(
                method,
                out_trade_no=payment.id,
                trade_no=payment.reference,
                refund_fee=yuan(refunded),
                fund_change=moved,
            )

        return await self._provider.submit(number, content, operation, answer, at_once=True)

    async def refund_query(self, method: str, content: Json, _: str) -> Response:
        payment = self._ledger.find(Kind.PAYMENT, content["out_trade_no"])
        known = {"out_trade_no": payment.id, "trade_no": payment.reference}
        for each in self._ledger.refunds(payment.id):
            if each.id == content["out_request_no"] and each.status is Status.SUCCEEDED:
                self._provider.queried(each)
                found = {
                    "out_request_no": each.id,
                    "refund_amount": yuan(each.amount),
                    "refund_status": "REFUND_SUCCESS",
                }
                return self._ok(method, **known, **found)
        return self._ok(method)

    async def bill(self, method: str, content: Json, _: str) -> Response:
        if self.bill_of(date.fromisoformat(content["bill_date"])) is None:
            return gateway.fail(self._account, method, "isp.bill_not_exist")
        return self._ok(method, bill_download_url=f"{self.address}bills/{content['bill_date']}")

    def bill_of(self, day: date) -> bytes | None:
        """The bill of the day; None where nothing has happened."""
        since = datetime.combine(day, time(), CHINA)
        settled = self._ledger.settled(since, since + timedelta(days=1))
        return trade_bill(self._ledger, settled) if settled else None

    def _ok(self, method: str, **content: object) -> Response:
        return gateway.succeed(self._account, method, **content)

    def _scanned(self, number: str) -> Operation:
        payment = self._provider.find(Kind.PAYMENT, number)
        is_held = payment.status is Status.AUTHORISED  # its trade is made with the capture
        if is_held or (payment.script.unpaid and payment.status is Status.PENDING):
            raise OperationRefused(404, "payment_unknown", "the buyer has not scanned the code")
        return payment

    def operation(self, kind: Kind, id_: str, payment_id: str, amount: str, method: Method, url: str) -> Operation:
        return Operation(
            kind=kind,
            id=id_,
            payment_id=payment_id,
            amount=int(Decimal(amount) * 100),
            currency="CNY",
            method=self._provider.override or method,
            callback_url=url,
            reference=self._ledger.next_reference(kind).replace(f"sim-{kind}-", "2026030222001"),
        )


def _trade(ledger: Ledger, payment: Operation) -> dict[str, str]:
    """A trade; one that was refunded wholly is closed, as one is that was never paid."""
    paid = payment.status is Status.SUCCEEDED
    whole = paid and ledger.refunded(payment.id, Status.SUCCEEDED) == payment.amount
    status = {Status.PENDING: "WAIT_BUYER_PAY", Status.SUCCEEDED: "TRADE_SUCCESS", Status.DECLINED: "TRADE_CLOSED"}
    return {
        "out_trade_no": payment.id,
        "trade_no": payment.reference,
        "trade_status": "TRADE_CLOSED" if whole else status[payment.status],
        "total_amount": yuan(payment.amount),
        **({"send_pay_date": "2026-03-02 17:00:00"} if paid else {}),
    }


def _callback(
    account: Account, ledger: Ledger, operation: Operation, now: datetime, unfrozen: Mapping[str, str]
) -> Delivery | None:
    """The callback about a trade that was paid or refunded; it has what was refunded of the trade so far."""
    payment = ledger.find(Kind.PAYMENT, operation.payment_id)
    is_held = operation.authorised is not None and operation.status in (Status.AUTHORISED, Status.DECLINED)
    if operation.status is not Status.SUCCEEDED and not is_held:
        return None
    kind = "trade_status_sync"
    if is_held:
        kind = "fund_auth_freeze" if operation.status is Status.AUTHORISED else "fund_auth_unfreeze"
    fields = {
        "app_id": account.app_id,
        "charset": "utf-8",
        "notify_id": uuid4().hex,
        "notify_time": now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "notify_type": kind,
        "version": "1.0",
        "buyer_logon_id": "138****0000",
        **(held(payment, unfrozen.get(payment.id)) if is_held else _trade(ledger, payment)),
    }
    if operation.kind is Kind.REFUND:
        refunded = ledger.refunded(payment.id, Status.SUCCEEDED)
        fields |= {"out_biz_no": operation.id, "refund_fee": yuan(refunded), "gmt_refund": fields["notify_time"]}
    body = gateway.notification(account, fields)
    media_type = "application/x-www-form-urlencoded; charset=utf-8"
    return Delivery(fields["notify_id"], kind, payment.callback_url, body, media_type)
