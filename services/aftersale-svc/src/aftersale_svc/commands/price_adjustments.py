"""Granting less than a price adjustment asks for. All of it is granted by an approval."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleApproved
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands import decisions, effects, locking, second_person
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import RefundCause, RejectReason
from aftersale_svc.domain.cases.errors import (
    AdjustmentExceedsLeft,
    GrantExceedsRequest,
    LineMissing,
    LineTwice,
    LineUnknown,
    NothingGranted,
)
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.outcome_reasons import check_reject_reason
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.money.adjustments import left
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.holds import HOLDS_OF_ORDER


@dataclass(frozen=True, slots=True)
class Granted:
    """What is granted for one line, in minor units of the currency."""

    line_id: str
    amount_minor: int
    currency: str


async def grant(
    tx: Transaction[Settings],
    case_id: str,
    *,
    amounts: Sequence[Granted],
    reason: RejectReason,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Grant a part of what was asked for; the reason says why not all of it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        LineUnknown, LineTwice, LineMissing: the amounts do not name each line of the case exactly once.
        PriceCurrencyForeign, GrantExceedsRequest, AdjustmentExceedsLeft, NothingGranted: an amount is not possible.
        RejectReasonUnsuitable: see `check_reject_reason`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    check_reject_reason(full, reason)
    total = sum(each.amount_minor for each in amounts)
    if second_person.is_needed(tx, full, total):
        apply(full, CaseAction.GRANT, tx)
        _granted(full, amounts, await tx.all(HOLDS_OF_ORDER, order_id=order.id))
        arguments = {"amounts": [asdict(each) for each in amounts], "reason": reason, "note": note}
        return await second_person.propose(tx, full, CaseAction.GRANT, total, arguments, policy=policy)
    return await grant_locked(tx, full, order, amounts, reason, note, policy)


async def grant_locked(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    amounts: Sequence[Granted],
    reason: RejectReason,
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    """Grant a part in a case that is locked with its order. Raises: as `grant`."""
    moved = apply(full, CaseAction.GRANT, tx)
    checks = _granted(full, amounts, await tx.all(HOLDS_OF_ORDER, order_id=order.id))
    granted = moved.keeping(*checks)
    decided = await decisions.record(tx, full, DecisionKind.REVIEW, "approved", reason=reason, policy=policy)
    event = AfterSaleApproved(
        **case_fields(tx, granted.case),
        cause=DecisionCause.DECISION,
        deadline_at=granted.case.deadline_at,
        granted_minor=sum(each.amount_minor for each in amounts),
        currency=full.case.currency,
        reduction_reason=reason,
        **decided,
    )
    terms = RefundTerms(order, RefundCause.APPROVAL)
    return await effects.save(tx, full, granted, CaseAction.GRANT, event, terms=terms, note=note)


def _granted(full: FullCase, amounts: Sequence[Granted], holds: Sequence[LineHold]) -> list[PriceCheck]:
    lines, named = {line.line_id: line for line in full.requested}, dict[str, int]()
    for place, each in enumerate(amounts):
        pointer, line = f"/lines/{place}/amount", lines.get(each.line_id)
        if line is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id")
        if each.line_id in named:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        check_currency(each.currency, full.case.currency, pointer, PriceCurrencyForeign)
        if each.amount_minor > line.amount_minor:
            raise GrantExceedsRequest(pointer=pointer, requested_minor=line.amount_minor, currency=each.currency)
        if each.amount_minor > (rest := left(each.line_id, full.case.id, holds)):
            raise AdjustmentExceedsLeft(pointer=pointer, left_minor=rest, currency=each.currency)
        named[each.line_id] = each.amount_minor
    for line_id in lines.keys() - named.keys():
        raise LineMissing(pointer="/lines", line_id=line_id)
    if not any(named.values()):
        raise NothingGranted(pointer="/lines")
    return [replace(each, granted_minor=named[each.line_id]) for each in full.rows_of(PriceCheck)]
