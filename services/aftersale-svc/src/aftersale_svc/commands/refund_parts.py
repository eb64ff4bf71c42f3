"""What a refund is made of, when it is decided and as it is published."""

from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import RefundPart as EventPart

from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Refund
from aftersale_svc.domain.money.fees import ReturnFees
from aftersale_svc.domain.money.parts import RefundPart, parts_of
from aftersale_svc.settings import Settings
from aftersale_svc.tables.given_back import GIVEN_BACK


async def decided(
    tx: Transaction[Settings], full: FullCase, refund: Refund, fees: ReturnFees
) -> tuple[RefundPart, ...]:
    """The parts of a refund that is decided now, with the order locked."""
    case, lines = full.case, full.lines
    stated = any(line.line_tax_minor or line.line_discounts for line in lines)
    given = await tx.all(GIVEN_BACK, order_id=case.order_id, case_id=case.id) if stated else []
    of_exchange = refund.cause is RefundCause.PRICE_DIFFERENCE
    # What is paid besides an earlier refund is for no further units.
    keeps_goods = refund.cause is RefundCause.COMPENSATION or case.paid_before_minor > 0
    return parts_of(
        refund.id, case, lines, refund.amount, given, fees, of_exchange=of_exchange, keeps_goods=keeps_goods
    )


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
