"""Payments that were made before their orders came here, by imports. No provider of ours has the money: refunds are declined with a
code of their own, so that the merchant makes them by other means and proves it."""

from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.model import Payment, Refund
from order_svc.integrations.payments.at_once import PaidAtOnce
from order_svc.integrations.payments.port import Outcome, ProviderResult

_DECLINED = ProviderResult(outcome=Outcome.DECLINED, failure_code=FailureCode.PAID_ELSEWHERE)


class ExternalPayments(PaidAtOnce):
    """What the worker that calls providers needs of one; nothing is paid through it, and nothing calls back."""

    async def pay(self, _: Payment, __: str | None = None) -> ProviderResult:
        return _DECLINED

    async def refund(self, _: Payment, __: Refund) -> ProviderResult:
        return _DECLINED

    async def find(self, _: Payment, __: Refund | None = None) -> ProviderResult:
        return _DECLINED

    async def close(self, _: Payment) -> ProviderResult:
        return _DECLINED
