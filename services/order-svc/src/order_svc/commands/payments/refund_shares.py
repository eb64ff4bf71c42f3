"""Refunds that are made from several payments: their shares, and how the whole of them ends."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event, RefundFailed, RefundSucceeded
from aftercare_events.catalogue.payments import RefundShareFailed, RefundShareSucceeded

from order_svc.commands import effects
from order_svc.commands.payments import call_queue, postings, refund_creation
from order_svc.commands.record import refund_fields, shares_of
from order_svc.domain.model import Order
from order_svc.domain.payments.allocation import Share, borne_by_share, replacing, rooms_of
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.limits import is_closed_by
from order_svc.domain.payments.model import CallSubject, Payment, Refund, RefundState
from order_svc.domain.payments.postings import NOTHING, Shares
from order_svc.domain.payments.shares import SharedRefund, as_shares, share_id
from order_svc.settings import Settings
from order_svc.tables.payments import REFUNDS_OF, SHARES_OF, TAKEN_PAYMENTS, TAKEN_PAYMENTS_LOCKED


def split(refund: Refund, shares: Sequence[Share]) -> list[Refund]:
    """The rows of the refund: itself where it is made from one payment, or else one of each share."""
    [first, *others] = shares
    if not others:
        return [replace(refund, payment_id=first.payment.id)]
    return _rows(replace(refund, share_of=refund.id, whole_minor=refund.amount_minor), shares, first_number=1)


def _rows(like: Refund, shares: Sequence[Share], *, first_number: int) -> list[Refund]:
    borne = borne_by_share(like.borne, [each.minor for each in shares])
    return [
        replace(
            like,
            id=share_id(like.refund_id, first_number + number),
            payment_id=share.payment.id,
            amount_minor=share.minor,
            borne=bearers,
        )
        for number, (share, bearers) in enumerate(zip(shares, borne, strict=True))
    ]


async def send(
    tx: Transaction[Settings],
    payments: Iterable[Payment],
    rows: Sequence[Refund],
    returned: Shares = NOTHING,
) -> None:
    """Have the worker submit these refunds of the locked payments; `returned` is what of the discounts goes back with all of them, which
    is posted with the first."""
    by_id = {each.id: each for each in payments}
    for number, row in enumerate(rows):
        await refund_creation.insert(tx, by_id[row.payment_id], row, returned if number == 0 else NOTHING)
        await call_queue.submit(tx, CallSubject.REFUND, row.id)


async def is_in_flight(tx: Transaction[Settings], refund: Refund) -> bool:
    """Whether this is a share, and others of the same refund are on their way."""
    if refund.share_of is None:
        return False
    return SharedRefund(await tx.all(SHARES_OF, refund_id=refund.refund_id)).is_in_flight


async def left_without(tx: Transaction[Settings], refund: Refund) -> int:
    """What its other shares gave back of a refund of which this one did not, or all of it is this one; in minor units."""
    if refund.share_of is None:
        return 0
    return SharedRefund(await tx.all(SHARES_OF, refund_id=refund.refund_id)).with_share(refund).succeeded_minor


async def undo(tx: Transaction[Settings], payment: Payment, reversed_: Refund) -> None:
    """Take back what went with a refund, or with a share of one, that came back: its case decides about all of the refund again."""
    await postings.costs_undone(tx, payment, reversed_)
    rows = [reversed_] if reversed_.share_of is None else await tx.all(SHARES_OF, refund_id=reversed_.refund_id)
    for each in rows:
        await postings.discounts_undone(tx, payment, each)


async def succeed(tx: Transaction[Settings], order: Order, payment: Payment, share: Refund) -> None:
    """A share has succeeded, of a locked payment that counts it as refunded already."""
    fields = refund_fields(tx, payment, share)
    event = RefundShareSucceeded(
        **fields, share_id=share.id, provider_reference=share.provider_reference, outside=share.outside
    )
    await _end(tx, order, payment, share, event)


async def fail(tx: Transaction[Settings], order: Order, payment: Payment, share: Refund) -> None:
    """A share of the locked payment was declined, and no other payment takes its place."""
    fields = refund_fields(tx, payment, share)
    event = RefundShareFailed(**fields, share_id=share.id, failure_code=share.failure_code or FailureCode.DECLINED)
    await _end(tx, order, payment, share, event)


async def _end(tx: Transaction[Settings], order: Order, payment: Payment, share: Refund, event: Event) -> None:
    whole = SharedRefund(await tx.all(SHARES_OF, refund_id=share.refund_id)).with_share(share)
    if whole.is_in_flight:
        await effects.end_refund(tx, order, payment, share, event, then=None)
        return
    fields = refund_fields(tx, payment, replace(share, amount_minor=whole.amount_minor, state=whole.state))
    back = shares_of(whole.succeeded, await tx.all(TAKEN_PAYMENTS, order_id=order.id))
    if whole.state is RefundState.SUCCEEDED:
        ended: Event = RefundSucceeded(**fields, outside=share.outside, shares=back)
    else:
        for each in whole.succeeded:
            await postings.discounts_undone(tx, payment, each)
        code = next(each.failure_code for each in reversed(whole.shares) if each.state is RefundState.FAILED)
        ended = RefundFailed(
            **fields,
            failure_code=code or FailureCode.DECLINED,
            already_shipped=False,
            succeeded_minor=whole.succeeded_minor,
            shares=back,
        )
    await effects.end_refund(tx, order, payment, share, event, ended, then=whole.state)


async def move(tx: Transaction[Settings], order: Order, payment: Payment, declined: Refund) -> bool:
    """Make a refund, or a share of one, from other payments of the locked order, because the provider refunds nothing of its payment
    any more. False where the provider has declined it for another reason, or the other payments have less left than it needs.
    """
    if not is_closed_by(payment.provider, declined.failure_code) or payment.surplus:
        return False
    payments = await tx.lock_all(TAKEN_PAYMENTS_LOCKED, order_id=order.id)
    known = await tx.all(REFUNDS_OF, payment_ids=[each.id for each in payments])
    shares = replacing(declined, rooms_of(payments, known, tx.now))
    if shares is None:
        return False
    failed = as_shares(declined)
    rows = await _in_place_of(tx, failed, shares)
    event = RefundShareFailed(
        **refund_fields(tx, payment, failed),
        share_id=failed.id,
        failure_code=failed.failure_code or FailureCode.DECLINED,
        moved_to=tuple(row.payment_id for row in rows),
    )
    await effects.end_refund(tx, order, payment, failed, event, then=None)
    await send(tx, payments, rows, await postings.returned_with(tx, failed))
    return True


async def _in_place_of(tx: Transaction[Settings], failed: Refund, shares: Sequence[Share]) -> list[Refund]:
    made = len(await tx.all(SHARES_OF, refund_id=failed.refund_id)) or 1
    new = replace(
        failed,
        state=RefundState.CREATED,
        failure_code=None,
        settled_at=None,
        provider_reference=None,
        created_at=tx.now,
    )
    return _rows(new, shares, first_number=made + 1)
