"""Refunds of no case that were made outside the payment provider, as the merchant or an operator records them."""

from dataclasses import dataclass, replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.payments import offline_refunds, payment_locks
from order_svc.commands.payments.refund_creation import new_refund
from order_svc.domain.errors import CurrencyMismatch
from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import OutsideMethod, OwnRefundCause
from order_svc.domain.payments.errors import AmountExceedsOwed, EvidenceRequired, RefundReferenceTaken
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction, PaymentFacts
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.owed import owed_of_payment
from order_svc.domain.payments.plans import kept_minor
from order_svc.settings import Settings
from order_svc.tables.order_money import MONEY_OF_ORDERS
from order_svc.tables.payments import PAYMENTS, REFUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """How money was given back. `amount` is None for all that is owed; `evidence` is the hash of a file."""

    method: OutsideMethod
    reference: str
    amount: Amount | None = None
    evidence: str | None = None

    def is_that_of(self, refund: Refund) -> bool:
        """Whether the refund records the same."""
        return self.method == refund.outside and self.amount in (None, Amount(refund.amount_minor, refund.currency))


async def record(tx: Transaction[Settings], payment_id: str, *, back: GivenBack) -> Payment:
    """Record that money which failed refunds of no case were to give back was given back outside the provider: it counts as refunded.

    What was recorded of the payment under the same reference is not recorded again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        RefundReferenceTaken: another refund of the payment has the reference.
        EvidenceRequired: a merchant gives no proof.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, NothingOwed: see PAYMENT.
        AmountExceedsOwed, CurrencyMismatch: the amount does not fit what is owed.
    """
    order, payment = await payment_locks.lock(tx, payment_id)
    [money] = await tx.all(MONEY_OF_ORDERS, order_ids=[order.id])
    for refund in money.refunds_of([payment]):
        if refund.outside_reference == back.reference:
            return _repeated(payment, refund, back)
    if back.evidence is None and tx.actor.role == "seller":
        raise EvidenceRequired(pointer="/evidence")
    PAYMENT.apply(payment, PaymentAction.RECORD_REFUND, tx, PaymentFacts(order, money, tx.now, tx.actor))
    owed = owed_of_payment(payment, money, tx.now, kept_minor(order))
    refund = new_refund(tx, payment, _amount(payment, back, owed), OwnRefundCause.OPERATOR)
    refund = replace(refund, outside=back.method, outside_reference=back.reference, outside_evidence=back.evidence)
    await tx.insert(REFUNDS, refund)
    await offline_refunds.settle(tx, order, payment, refund)
    return await tx.get(PAYMENTS, payment_id)


def _repeated(payment: Payment, refund: Refund, back: GivenBack) -> Payment:
    if not back.is_that_of(refund):
        raise RefundReferenceTaken(reference=back.reference, refund_id=refund.id)
    return payment


def _amount(payment: Payment, back: GivenBack, owed_minor: int) -> Amount:
    """What is recorded: all that is owed, or the part of it that was given back."""
    amount = back.amount or Amount(owed_minor, payment.currency)
    if amount.currency != payment.currency:
        raise CurrencyMismatch(pointer="/amount/currency", currency=payment.currency)
    if not 0 < amount.minor <= owed_minor:
        raise AmountExceedsOwed(
            pointer="/amount/amount", amount_minor=amount.minor, owed_minor=owed_minor, currency=payment.currency
        )
    return amount
