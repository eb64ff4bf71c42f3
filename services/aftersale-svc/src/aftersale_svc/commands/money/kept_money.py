"""What a case keeps of an order after a refund that is not for its units: while the refund is on its way, paid, or given up."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Refund, RefundAmount
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money import adjustments
from aftersale_svc.domain.money.holds import KEPT, unreturned
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLD_AMOUNTS, HOLDS, HOLDS_OF_ORDER, RELEASE_HOLDS, SETTLE_HOLDS


async def settle(tx: Transaction[Settings], full: FullCase) -> None:
    """What was refunded or claimed stays with the case that was completed; one that was completed otherwise holds nothing any more."""
    if full.money_hold is not None and full.money_hold.claimed_at is not None:
        for hold in unreturned(full.lines):
            await tx.upsert(HOLDS, hold)
        return
    refund = full.refund
    if refund is not None and full.is_refunded and refund.cause in KEPT:
        beside = full.deposit.paid_minor - refund.deposit_minor
        await keep(tx, full, refund.cause, refund.units_minor + full.case.paid_before_minor + beside)
        return
    if full.is_refunded:
        await tx.execute(SETTLE_HOLDS, case_id=full.case.id)  # by the inspection, which may have been inserted just now
    else:
        tx.change(HOLDS.name, RELEASE_HOLDS, case_id=full.case.id)


async def keep(tx: Transaction[Settings], full: FullCase, cause: RefundCause, minor: int) -> None:
    """Hold this amount, in minor units, in place of all that the case held; `cause` is one of KEPT."""
    for hold in KEPT[cause](full.lines, RefundAmount(minor, 0)):
        await tx.upsert(HOLDS, hold)


async def keep_also(tx: Transaction[Settings], full: FullCase, refund: Refund) -> None:
    """Hold what this refund pays besides an earlier one, which has let go of the rest. The order is locked."""
    case = full.case
    if case.paid_before_minor and refund.cause in KEPT and TYPES[case.type].holds_units:
        await keep(tx, full, refund.cause, case.paid_before_minor + refund.units_minor)


async def keep_paid(tx: Transaction[Settings], full: FullCase) -> None:
    """Hold what an earlier refund has paid, where the one besides it was given up. The order is locked."""
    paid, refund = full.case.paid_before_minor, full.refund
    if not paid or refund is None:
        return
    paid += sum(line.returned_minor for line in full.requested)
    if refund.cause in KEPT:
        await keep(tx, full, refund.cause, paid)
    elif not TYPES[full.case.type].holds_units:
        checks = adjustments.granted(full, paid, await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id))
        amounts = {"line_ids": [each.line_id for each in checks], "amounts": [each.granted_minor for each in checks]}
        await tx.execute(HOLD_AMOUNTS, case_id=full.case.id, **amounts)
