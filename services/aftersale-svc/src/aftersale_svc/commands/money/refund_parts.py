"""What a refund is made of, when it is decided and as it is published."""

from collections.abc import Iterable, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import RefundPart as EventPart

from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Refund
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.money.cost_shares import with_cost_shares
from aftersale_svc.domain.money.fees import ReturnFees
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.domain.money.order_discounts import recalculation
from aftersale_svc.domain.money.partial_refunds import after_failure, after_reversal, after_success
from aftersale_svc.domain.money.parts import RefundPart, parts_of
from aftersale_svc.domain.money.reimbursements import with_reimbursement
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASE_LINES
from aftersale_svc.tables.money.given_back import GIVEN_BACK, SHARES_PAID


async def given_back(tx: Transaction[Settings], full: FullCase, order: Order) -> Sequence[GivenBack]:
    """What refunds of other cases of the order have given back of it, and taken, as far as a refund of this one depends on it."""
    stated = any(line.line_tax_minor or line.line_discounts for line in full.lines)
    if not stated and recalculation(order) is None:
        return ()
    return await tx.all(GIVEN_BACK, order_id=order.id, case_id=full.case.id)


async def decided(
    tx: Transaction[Settings], full: FullCase, refund: Refund, fees: ReturnFees, given: Sequence[GivenBack]
) -> tuple[RefundPart, ...]:
    """The parts of a refund that is decided now, with the order locked; `given` is what `given_back` has found."""
    case, lines = full.case, full.lines
    of_exchange = refund.cause is RefundCause.PRICE_DIFFERENCE
    # What is paid besides an earlier refund is for no further units.
    keeps_goods = refund.cause in BUYER_KEEPS_GOODS or case.paid_before_minor > 0
    parts = parts_of(
        refund.id, case, lines, refund.amount, given, fees, of_exchange=of_exchange, keeps_goods=keeps_goods
    )
    checks = full.rows_of(PriceCheck)
    paid = await tx.all(SHARES_PAID, case_id=case.id) if checks and case.paid_before_minor else ()
    return with_reimbursement(with_cost_shares(parts, checks, refund.units_minor, paid), full)


async def given_in_part(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """Keep what a refund has given back before it failed with the lines of the locked case: other cases never have it again."""
    failed = full.refund
    return full if failed is None or not failed.returned_minor else await _keep(tx, full, after_failure(full, failed))


async def paid_in_part(tx: Transaction[Settings], full: FullCase, minor: int) -> None:
    """Keep what the deposit pays of a refund that has failed, in minor units, with the lines of the locked case."""
    if full.refund is None:
        return
    paid = replace(full.refund, given_back_minor=full.deposit.given_in_part_minor, returned_minor=minor)
    await _keep(tx, full, after_failure(full, paid))


async def came_back(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """Keep no more as given back with the lines of the locked case than what is still with the buyer."""
    owed = full.refund
    return full if owed is None else await _keep(tx, full, after_reversal(full, owed))


async def whole(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """Let what attempts before have given back be a part of the refund that was paid now."""
    paid = full.refund
    return full if paid is None or not paid.given_back_minor else await _keep(tx, full, after_success(full, paid))


async def _keep(tx: Transaction[Settings], before: FullCase, after: FullCase) -> FullCase:
    for line in after.requested:
        if line not in before.requested:
            await tx.upsert(CASE_LINES, line)
    return after


def published(parts: Iterable[RefundPart], refund_id: str) -> tuple[EventPart, ...] | None:
    """The parts of this refund as events carry them; None where none were kept, by a build from before them."""
    found = tuple(
        EventPart(
            kind=part.kind,
            effect=part.effect,
            line_id=part.line_id,
            units=part.units,
            amount_minor=part.amount_minor,
            payer=part.payer,
            payee=part.payee,
        )
        for part in sorted(parts, key=lambda part: part.position)
        if part.refund_id == refund_id
    )
    return found or None
