"""Pre-authorisation 资金预授权: a buyer scans a code and an amount is frozen; the merchant captures a part, and the rest is unfrozen.

Source: opendocs.alipay.com (alipay.fund.auth.*, alipay.trade.pay with `auth_no`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.responses import Response

from aftercare_simulators.alipay import gateway
from aftercare_simulators.alipay.bills import yuan
from aftercare_simulators.alipay.gateway import Account
from aftercare_simulators.payment.ledger import Kind, Operation, OperationRefused, Status
from aftercare_simulators.payment.methods import Method
from aftercare_simulators.payment.provider import Provider

Json = dict[str, Any]  # Any: JSON
_BUYER = "2088000000000001"


class Authorisations:
    """The methods about authorisations. One that the buyer has not scanned does not exist yet.

    `unfrozen` has the numbers of the requests by which amounts were unfrozen. `app.state.unfreezes` is `refused` or `lost` where requests
    to unfreeze end like that.
    """

    def __init__(self, account: Account, provider: Provider, operation: Callable[..., Operation], app: FastAPI) -> None:
        self._account, self._provider, self._operation, self._app = account, provider, operation, app
        app.state.unfreezes = None
        self.unfrozen: dict[str, str] = {}

    @property
    def methods(self) -> Mapping[str, Callable[[str, Json, str], Awaitable[Response]]]:
        """By the names that requests have."""
        return {
            "alipay.fund.auth.order.voucher.create": self.create,
            "alipay.fund.auth.operation.detail.query": self.query,
            "alipay.fund.auth.operation.cancel": self.cancel,
            "alipay.fund.auth.order.unfreeze": self.unfreeze,
            "alipay.trade.pay": self.pay,
        }

    async def create(self, method: str, content: Json, url: str) -> Response:
        number, amount = content["out_order_no"], content["amount"]
        if content["product_code"] != "PRE_AUTH" or content["payee_user_id"] != self._account.seller_id:
            return gateway.fail(self._account, method, "ILLEGAL_ARGUMENT")
        operation = self._operation(Kind.PAYMENT, number, number, amount, Method.SUCCESS, url)
        operation = replace(operation, authorised=operation.amount)

        def answer(_: Operation, __: bool) -> Response:
            code = f"https://qr.alipay.com/{uuid4().hex[:20]}"
            return gateway.succeed(
                self._account, method, out_order_no=number, out_request_no=number, code_type="qrCode", code_value=code
            )

        return await self._provider.submit(number, content, operation, answer)

    async def query(self, method: str, content: Json, _: str) -> Response:
        found = self._scanned(content["out_order_no"])
        if found is None:
            return gateway.fail(self._account, method, "AUTH_ORDER_NOT_EXIST")
        return gateway.succeed(self._account, method, payer_user_id=_BUYER, **held(found))

    async def cancel(self, method: str, content: Json, _: str) -> Response:
        found = self._scanned(content["out_order_no"])
        if found is None:
            return gateway.fail(self._account, method, "AUTH_ORDER_NOT_EXIST")
        self._provider.void(found)
        return gateway.succeed(self._account, method, out_order_no=found.id, action="close")

    async def unfreeze(self, method: str, content: Json, _: str) -> Response:
        found = self._of_number(content["auth_no"])
        if found.status is Status.SUCCEEDED or int(Decimal(content["amount"]) * 100) != found.amount:
            return gateway.fail(self._account, method, "UNFREEZE_AMOUNT_OVER_LIMIT")
        if self._app.state.unfreezes == "refused":
            return gateway.respond(self._account, method, {"code": "20000", "sub_code": "isp.unknow-error"})
        self.unfrozen[found.id] = content["out_request_no"]
        ended = self._provider.void(found)
        if self._app.state.unfreezes == "lost":
            return Response(status_code=502)
        return gateway.succeed(self._account, method, out_order_no=ended.id, status="SUCCESS", amount=content["amount"])

    async def pay(self, method: str, content: Json, _: str) -> Response:
        found = self._of_number(content["auth_no"])
        parties = (content["seller_id"], content["buyer_id"], content["product_code"], content["out_trade_no"])
        if parties != (self._account.seller_id, _BUYER, "PRE_AUTH", found.id):
            return gateway.fail(self._account, method, "ACQ.INVALID_PARAMETER")
        if content["auth_confirm_mode"] != "COMPLETE":
            return gateway.fail(self._account, method, "ACQ.INVALID_PARAMETER")  # one capture only is simulated
        if found.status is Status.SUCCEEDED:
            return gateway.fail(self._account, method, "ACQ.TRADE_HAS_SUCCESS")

        def answer(made: Operation, _: bool) -> Response:
            paid = {"out_trade_no": made.id, "trade_no": made.reference, "total_amount": yuan(made.amount)}
            return gateway.succeed(self._account, method, **paid)

        return await self._provider.capture(found, int(Decimal(content["total_amount"]) * 100), answer)

    def _scanned(self, number: str) -> Operation | None:
        try:
            found = self._provider.find(Kind.PAYMENT, number)
        except OperationRefused:
            return None
        return None if found.authorised is None or (found.script.unpaid and found.status is Status.PENDING) else found

    def _of_number(self, auth_no: str) -> Operation:
        return self._provider.ledger.find_reference(Kind.PAYMENT, auth_no.removeprefix("A"))


def held(payment: Operation, request_no: str | None = None) -> dict[str, str]:
    """An authorisation as a query and a notification show it; nothing is left of it once a part is captured. `request_no` is the number of
    the request that has unfrozen it."""
    frozen, paid = payment.authorised or 0, payment.status is Status.SUCCEEDED
    is_refused = payment.script.declined or payment.script.unpaid
    was_frozen = payment.status in (Status.AUTHORISED, Status.SUCCEEDED) or (
        payment.status is Status.DECLINED and not is_refused
    )
    ended = "CLOSED" if payment.status is Status.DECLINED else "INIT"
    return {
        "auth_no": f"A{payment.reference}",
        "out_order_no": payment.id,
        "out_request_no": request_no or payment.id,
        "operation_type": "FREEZE",
        "status": "SUCCESS" if was_frozen else ended,
        "amount": yuan(frozen),
        "total_freeze_amount": yuan(frozen),
        "rest_amount": yuan(frozen if payment.status is Status.AUTHORISED else 0),
        "total_pay_amount": yuan(payment.amount if paid else 0),
    }
