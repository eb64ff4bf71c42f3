"""What a case would give back, were it opened now and refunded as it was asked for while nothing else happens."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_chassis.lifecycle import Context

from aftersale_svc.domain.cases.codes import Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import RefundAmount
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.return_freights.policy import reimbursed_most
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.fees import fees_of
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.opening import check_request, open_case
from aftersale_svc.domain.money.parts import RefundPart, parts_of
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import Order


@dataclass(frozen=True, slots=True)
class Preview:
    """The case that a request would open, and the refund that would follow from it."""

    order: Order
    full: FullCase
    refund: RefundAmount
    parts: tuple[RefundPart, ...] = ()
    freight_limit_minor: int | None = None
    """Up to which amount a freight of the return that the buyer pays is reimbursed; None where it is not."""


def preview(
    order: Order,
    request: Request,
    holds: Sequence[LineHold],
    context: Context,
    given: Sequence[GivenBack] = (),
) -> Preview:
    """Return what a request would lead to. It is decided by the functions that decide about the request and its refund.

    Raises: what `check_request` and `open_case` raise.
    """
    stage = check_request(order, request, context)
    full = open_case("", order, stage, request, holds, context)
    limit = reimbursed_most(full.case, order) or None
    if TYPES[request.type].money is not Money.REFUND:
        return Preview(order, full, RefundAmount(0, 0), freight_limit_minor=limit)
    fees, lines = fees_of(order), sorted(full.lines, key=lambda line: line.line_id)  # in the order of the refund
    due = refund_due(order, full.case, lines, holds, fees, given)
    return Preview(order, full, due, parts_of("", full.case, lines, due, given, fees), limit)
