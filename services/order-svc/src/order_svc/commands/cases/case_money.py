"""Money that moves in cases beside the payments of their orders: our copies of it, and its postings in the ledger.

It is copied under the lock of its order, so that what was known before is what the postings so far add up to.
"""

from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ChargePaid, VerdictReplaced
from aftercare_events.catalogue.appeals import DisputeDebtEvent, EntryDirection
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargeReturned
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimPaid
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimClosed

from order_svc.commands.payments import postings
from order_svc.domain.payments.charges import Charge
from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.domain.payments.compensations import Compensation
from order_svc.settings import Settings
from order_svc.tables.charges import CHARGES
from order_svc.tables.claw_backs import CLAW_BACKS
from order_svc.tables.compensations import COMPENSATIONS
from order_svc.tables.orders import ORDERS


async def guarantee_paid(tx: Transaction[Settings], event: GuaranteeClaimPaid) -> None:
    """Copy what a guarantee has paid to the buyer of an order. Raises: NotFound where there is no such order."""
    await _compensated(tx, event, event.refund_id)


async def refused_goods_ended(tx: Transaction[Settings], event: RefusedGoodsClaimClosed) -> None:
    """Copy what a merchant has paid for refused goods that were lost. Raises: NotFound where there is no such order."""
    if event.paid_minor:
        await _compensated(tx, event, None)


async def _compensated(
    tx: Transaction[Settings], event: GuaranteeClaimPaid | RefusedGoodsClaimClosed, refund_id: str | None
) -> None:
    order = await tx.lock(ORDERS, event.order_id)  # refunds of the order are decided under this lock
    if await tx.find(COMPENSATIONS, event.claim_id) is not None:
        return
    paid = Compensation(
        id=event.claim_id,
        order_id=event.order_id,
        case_id=event.case_id,
        source=event.kind,
        refund_id=refund_id,
        amount_minor=event.paid_minor,
        currency=event.currency,
        paid_at=event.time,
    )
    await tx.insert(COMPENSATIONS, paid)
    await postings.compensated(tx, order, paid)


async def charge_paid(tx: Transaction[Settings], event: ChargePaid) -> None:
    """Copy what the buyer has paid in a case. Raises: NotFound where there is no such order."""
    await _keep(tx, _charge(event, event.owed_minor, event.time))


async def charge_owed_back(tx: Transaction[Settings], event: ChargeOwedBack) -> None:
    """Copy that the merchant owes it back. Raises: NotFound where there is no such order."""
    await _keep(tx, replace(_charge(event, event.amount_minor, event.paid_at), owed_back_at=event.time))


async def charge_returned(tx: Transaction[Settings], event: ChargeReturned) -> None:
    """Copy that the buyer has it back. Raises: NotFound where there is no such order."""
    owed = replace(_charge(event, event.amount_minor, event.paid_at), owed_back_at=event.owed_back_at)
    await _keep(tx, replace(owed, returned_at=event.time))


def _charge(event: ChargePaid | ChargeOwedBack | ChargeReturned, amount_minor: int, paid_at: datetime) -> Charge:
    return Charge(
        case_id=event.case_id,
        order_id=event.order_id,
        amount_minor=amount_minor,
        currency=event.currency,
        paid_at=paid_at,
    )


async def _keep(tx: Transaction[Settings], charge: Charge) -> None:
    order = await tx.lock(ORDERS, charge.order_id)
    before = await tx.find(CHARGES, charge.case_id)
    await postings.charge_changed(tx, order, before, charge)
    await tx.upsert(CHARGES, charge)


async def verdict_replaced(tx: Transaction[Settings], event: VerdictReplaced) -> None:
    """Copy what the buyer owes by a verdict in place of one that had paid more. Raises: NotFound where there is no such order."""
    if event.entry == EntryDirection.BUYER_OWES and event.entry_minor:
        await _keep_claw_back(tx, event, event.entry_minor, 0, 0)


async def debt_settled(tx: Transaction[Settings], event: DisputeDebtEvent) -> None:
    """Copy what of it was paid back or written off by now. Raises: NotFound where there is no such order."""
    await _keep_claw_back(tx, event, event.owed_minor, event.repaid_minor, event.written_off_minor)


async def _keep_claw_back(
    tx: Transaction[Settings],
    event: VerdictReplaced | DisputeDebtEvent,
    owed_minor: int,
    repaid_minor: int,
    written_off_minor: int,
) -> None:
    order = await tx.lock(ORDERS, event.order_id)
    known = ClawBack(
        dispute_id=event.dispute_id,
        order_id=event.order_id,
        case_id=event.case_id,
        owed_minor=owed_minor,
        repaid_minor=repaid_minor,
        written_off_minor=written_off_minor,
        currency=event.currency,
        updated_at=event.time,
    )
    before = await tx.find(CLAW_BACKS, known.dispute_id)
    await postings.claw_back_changed(tx, order, before, known)
    await tx.upsert(CLAW_BACKS, known)
