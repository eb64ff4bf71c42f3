"""Callbacks of payment providers: checked against our own books, then applied to the payment or refund."""

from aftercare_chassis.database.transaction import Reader, Transaction

from order_svc.commands import partner_inbox, payments, refunds
from order_svc.domain.partners.pushes import PartnerPush
from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.payments.port import ProviderNotification
from order_svc.integrations.pushes import Rejection
from order_svc.settings import Settings
from order_svc.tables.payments import PAYMENTS, REFUNDS

UNKNOWN_SUBJECT = Rejection("unknown_subject", "this provider has no such payment or refund of ours")
AMOUNT_MISMATCH = Rejection("amount_mismatch", "our books have another amount")


async def rejection(tx: Reader, provider: str, notification: ProviderNotification) -> Rejection | None:
    """Return why a verified callback is not applied, or None: it must name a payment or refund of ours, and its amount."""
    subject_id, amount = notification.subject_id, (notification.amount_minor, notification.currency)
    payment_id, expected = subject_id, None
    if notification.subject is CallSubject.REFUND:
        refund = await tx.find(REFUNDS, subject_id)
        if refund is None:
            return UNKNOWN_SUBJECT
        payment_id, expected = refund.payment_id, (refund.amount_minor, refund.currency)
    payment = await tx.find(PAYMENTS, payment_id)
    if payment is None or payment.provider != provider:
        return UNKNOWN_SUBJECT
    expected = expected or (payment.amount_minor, payment.currency)
    return None if amount == expected else AMOUNT_MISMATCH


async def apply(tx: Transaction[Settings], push: PartnerPush, notification: ProviderNotification | None) -> PartnerPush:
    """Apply the locked callback. It is checked again: an operator may redrive one that was rejected."""
    if notification is None:
        return await partner_inbox.ignored(tx, push)
    why = await rejection(tx, push.partner, notification)
    if why is UNKNOWN_SUBJECT:
        return await partner_inbox.unmatched(tx, push, why.code)
    if why is not None:
        return await partner_inbox.failed(tx, push, why.code)
    if notification.subject is CallSubject.PAYMENT:
        await payments.apply_result(tx, notification.subject_id, notification.result)
    else:
        await refunds.apply_result(tx, notification.subject_id, notification.result)
    return await partner_inbox.applied(tx, push)
