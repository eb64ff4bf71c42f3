"""Callbacks of payment providers: each message is taken once, and what is not believed leaves a trace."""

import hashlib
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import payments, refunds
from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.payments.port import Notice, Untrusted
from order_svc.tables.payments import PAYMENTS, PRUNE_WEBHOOKS, RECORD_WEBHOOK, REFUNDS

ACCEPTED, IGNORED = "accepted", "ignored"


async def take(tx: Transaction, provider: str, notice: Notice, body: bytes) -> bool:
    """Apply a callback whose signature held; False when this message was taken before.

    Untrusted where it names something unknown or another amount than ours: a signature alone moves no money.
    """
    await _check(tx, provider, notice)
    if not await record(tx, provider, notice.message_id, body, ACCEPTED):
        return False
    if notice.subject is CallSubject.PAYMENT:
        await payments.hear(tx, notice.subject_id, notice.answer)
    else:
        await refunds.hear(tx, notice.subject_id, notice.answer)
    return True


async def record(tx: Transaction, provider: str, message_id: str, body: bytes, verdict: str) -> bool:
    """Keep that a message came and what was made of it; False when the very same is there already."""
    return bool(
        await tx.execute(
            RECORD_WEBHOOK,
            provider=provider,
            message_id=message_id,
            content_hash="sha256:" + hashlib.sha256(body).hexdigest(),
            verdict=verdict,
            received_at=tx.now,
        )
    )


async def prune(runtime: Runtime) -> bool:
    """Forget old messages: long after the signature's five minutes none of them can come again."""
    async with runtime.transaction() as tx:
        await tx.execute(PRUNE_WEBHOOKS, before=tx.now - timedelta(hours=tx.settings.payment_webhook_hours))
    return False


async def _check(tx: Transaction, provider: str, notice: Notice) -> None:
    money: tuple[int, str] | None = None
    payment_id = notice.subject_id
    if notice.subject is CallSubject.REFUND:
        refund = await tx.find(REFUNDS, notice.subject_id)
        if refund is None:
            raise Untrusted("unknown_subject")
        payment_id, money = refund.payment_id, (refund.amount_minor, refund.currency)
    payment = await tx.find(PAYMENTS, payment_id)
    if payment is None or payment.provider != provider:
        raise Untrusted("unknown_subject")
    if (money or (payment.amount_minor, payment.currency)) != (notice.amount_minor, notice.currency):
        raise Untrusted("amount_mismatch")


WORKERS = (Worker("payment-webhook-pruning", prune, idle=300),)
