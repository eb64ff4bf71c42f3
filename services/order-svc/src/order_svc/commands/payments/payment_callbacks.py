"""Callbacks of payment providers: compared with our own books, then applied to the payment, refund or charge-back."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import charge_backs, payments, refunds
from order_svc.domain.model import Amount
from order_svc.domain.partners.pushes import PartnerPush
from order_svc.domain.payments.codes import CallbackMismatch
from order_svc.domain.payments.model import CallSubject
from order_svc.domain.payments.policy import is_of_authorised
from order_svc.integrations.payments.port import ChargeBackNotification, Notification, Outcome, ProviderNotification
from order_svc.settings import Settings
from order_svc.tables.payments import PAYMENTS, REFUNDS


async def apply(tx: Transaction[Settings], push: PartnerPush, notification: Notification | None) -> PartnerPush:
    """Apply the locked callback if it names a payment, refund or charge-back of ours, and its amount; else it is unmatched or failed.

    A provider learns our ids from calls that follow the commit of the row: an unknown one is not waited for.
    """
    if notification is None:
        return await partner_inbox.ignored(tx, push)
    if isinstance(notification, ChargeBackNotification):
        mismatch = await charge_backs.report(tx, push.partner, notification)
    else:
        mismatch = await _mismatch(tx, push.partner, notification)
    if mismatch is CallbackMismatch.UNKNOWN_SUBJECT:
        return await partner_inbox.unmatched(tx, push, mismatch)
    if mismatch is not None:
        return await partner_inbox.failed(tx, push, mismatch)
    if isinstance(notification, ChargeBackNotification):
        return await partner_inbox.applied(tx, push)
    if notification.subject is CallSubject.PAYMENT:
        result = replace(notification.result, captured_minor=notification.amount_minor)
        await payments.apply_result(tx, notification.subject_id, result=result)
    else:
        await refunds.apply_result(tx, notification.subject_id, result=notification.result)
    return await partner_inbox.applied(tx, push)


async def _mismatch(
    tx: Transaction[Settings], provider: str, notification: ProviderNotification
) -> CallbackMismatch | None:
    payment_id, expected = notification.subject_id, None
    if notification.subject is CallSubject.REFUND:
        refund = await tx.find(REFUNDS, notification.subject_id)
        if refund is None:
            return CallbackMismatch.UNKNOWN_SUBJECT
        payment_id, expected = refund.payment_id, (refund.amount_minor, refund.currency)
    payment = await tx.find(PAYMENTS, payment_id)
    if payment is None or payment.provider != provider:
        return CallbackMismatch.UNKNOWN_SUBJECT
    given = (notification.amount_minor, notification.currency)
    if expected is None and payment.authorised_minor is not None:
        is_ours = is_of_authorised(payment, Amount(*given), captured=notification.result.outcome is Outcome.SUCCEEDED)
    else:
        is_ours = given == (expected or (payment.amount_minor, payment.currency))
    return None if is_ours else CallbackMismatch.AMOUNT_MISMATCH
