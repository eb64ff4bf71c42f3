"""Pre-authorisation 资金预授权 by QR code: Alipay freezes an amount, of which one part is captured and the rest unfrozen.

Source: opendocs.alipay.com (alipay.fund.auth.order.voucher.create, order.unfreeze, operation.detail.query, operation.cancel;
alipay.trade.pay with `auth_no`; the notifications fund_auth_freeze and fund_auth_unfreeze).
"""

from collections.abc import Mapping

from pydantic import BaseModel

from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.model import CallSubject, CheckoutFields, CheckoutKind, Payment, PaymentState
from order_svc.integrations.payments import bills
from order_svc.integrations.payments.alipay.forms import timeout_of, yuan
from order_svc.integrations.payments.alipay.gateway import HAS_SUCCESS, SUCCESS, Answer, Gateway, Text, refusal
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.results import NOT_FOUND, PENDING, UNKNOWN, declined

_NOT_THERE = frozenset({"AUTH_ORDER_NOT_EXIST", "AUTH_OPERATION_NOT_EXIST"})
_PRODUCT, _RELEASE = "PRE_AUTH", "_release"
FREEZE, UNFREEZE = "fund_auth_freeze", "fund_auth_unfreeze"


class _Notified(BaseModel):
    out_order_no: Text
    out_request_no: Text
    auth_no: Text
    status: Text
    total_freeze_amount: Text
    rest_amount: Text
    total_pay_amount: Text


class PreAuthorisations:
    """The calls about payments that are authorised first. The authorisation has the id of its payment at Alipay, and its trade has too."""

    def __init__(self, gateway: Gateway, seller_id: str) -> None:
        self._gateway, self._seller_id = gateway, seller_id

    async def pay(self, payment: Payment) -> ProviderResult:
        """See the port. The amount is frozen once the buyer has scanned the code and confirmed."""
        content = {
            **_names(payment),
            "amount": yuan(payment.asked_minor),
            "order_title": f"订单 {payment.order_id}",
            "product_code": _PRODUCT,
            "payee_user_id": self._seller_id,
            **timeout_of(payment, "timeout_express"),
        }
        answer = await self._gateway.call("alipay.fund.auth.order.voucher.create", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code != SUCCESS or not answer.code_value:
            return refusal(answer)
        checkout: CheckoutFields = {"kind": CheckoutKind.QR_CODE, "value": answer.code_value}
        return ProviderResult(outcome=Outcome.PENDING, checkout=checkout)

    async def find(self, payment: Payment) -> ProviderResult:
        """See the port. A code that nobody has scanned waits for the buyer."""
        held = await self._held(payment)
        if held is None:
            return UNKNOWN
        if held.sub_code in _NOT_THERE:
            return NOT_FOUND if payment.checkout is None else PENDING
        if held.total_pay_amount:
            return await self._captured(payment)
        if held.status == "SUCCESS":
            if held.rest_amount:
                return ProviderResult(outcome=Outcome.AUTHORISED, reference=held.auth_no)
            is_capture = payment.state is PaymentState.CAPTURING  # which was declined, and its response lost
            return declined(FailureCode.DECLINED if is_capture else UNFREEZE, UNFREEZE)
        return declined(held.status, "CLOSED") if held.status == "CLOSED" else PENDING

    async def capture(self, payment: Payment) -> ProviderResult:
        """See the port. What is declined is unfrozen: the payment has failed, and nothing of it may stay frozen."""
        held = await self._held(payment)
        if held is None or held.auth_no is None or held.payer_user_id is None:
            return UNKNOWN
        content = {
            "out_trade_no": payment.id,
            "total_amount": yuan(payment.amount_minor),
            "subject": f"订单 {payment.order_id}",
            "product_code": _PRODUCT,
            "auth_no": held.auth_no,
            "auth_confirm_mode": "COMPLETE",
            "seller_id": self._seller_id,
            "buyer_id": held.payer_user_id,
        }
        answer = await self._gateway.call("alipay.trade.pay", content)
        if isinstance(answer, ProviderResult):
            return answer
        if answer.code == SUCCESS or answer.sub_code == HAS_SUCCESS:
            return await self.find(payment)
        result = refusal(answer)
        if result.outcome is Outcome.DECLINED and not await self._unfreeze(payment, held):
            return UNKNOWN  # it is still frozen: the capture is tried again
        return result

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port. A code that nobody has scanned ends with its time."""
        held = await self._held(payment)
        if held is None:
            return UNKNOWN
        if held.sub_code in _NOT_THERE:
            return NOT_FOUND
        if held.status == "INIT":
            await self._gateway.call("alipay.fund.auth.operation.cancel", {**_names(payment), "remark": "订单取消"})
        else:
            await self._unfreeze(payment, held)
        return await self.find(payment)

    async def _unfreeze(self, payment: Payment, held: Answer) -> bool:
        """Unfreeze what is frozen; whether nothing is any more."""
        if not held.rest_amount or held.auth_no is None:
            return True
        content = {
            "auth_no": held.auth_no,
            "out_request_no": f"{payment.id}{_RELEASE}",
            "amount": f"{held.rest_amount:.2f}",
            "remark": "订单取消",
        }
        answer = await self._gateway.call("alipay.fund.auth.order.unfreeze", content)
        return isinstance(answer, Answer) and answer.code == SUCCESS

    async def _held(self, payment: Payment) -> Answer | None:
        """What Alipay has of the authorisation; None where it does not answer."""
        content = {**_names(payment), "operation_type": "FREEZE"}
        answer = await self._gateway.call("alipay.fund.auth.operation.detail.query", content)
        if isinstance(answer, ProviderResult):
            return None
        return answer if answer.code == SUCCESS or answer.sub_code in _NOT_THERE else None

    async def _captured(self, payment: Payment) -> ProviderResult:
        trade = await self._gateway.call("alipay.trade.query", {"out_trade_no": payment.id})
        if isinstance(trade, ProviderResult) or trade.code != SUCCESS or not trade.total_amount:
            return UNKNOWN
        minor = bills.minor(trade.total_amount)
        return ProviderResult(outcome=Outcome.SUCCEEDED, reference=trade.trade_no, captured_minor=minor)


def notification(form: Mapping[str, str]) -> ProviderNotification | None:
    """What a notification about an authorisation reports; None where that is no end of it, such as that the rest was unfrozen,
    or where we have unfrozen it: the response to that, or a query, has what it means.

    Raises: ValueError where it cannot be read.
    """
    reported = _Notified.model_validate(form)
    is_released = form.get("notify_type") == UNFREEZE and not (
        bills.minor(reported.rest_amount) or bills.minor(reported.total_pay_amount)
    )
    if is_released and reported.status == "SUCCESS" and not reported.out_request_no.endswith(_RELEASE):
        result = declined(UNFREEZE, UNFREEZE)
    elif form.get("notify_type") == FREEZE and reported.status == "SUCCESS":
        result = ProviderResult(outcome=Outcome.AUTHORISED, reference=reported.auth_no)
    else:
        return None
    return ProviderNotification(
        subject=CallSubject.PAYMENT,
        subject_id=reported.out_order_no,
        result=result,
        amount_minor=bills.minor(reported.total_freeze_amount),
        currency="CNY",
    )


def _names(payment: Payment) -> dict[str, str]:
    return {"out_order_no": payment.id, "out_request_no": payment.id}
