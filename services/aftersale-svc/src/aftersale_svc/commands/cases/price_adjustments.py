"""Granting what a price adjustment asks for, or less, by the prices that were verified. An approval grants all of it without these."""

from collections.abc import Sequence
from dataclasses import asdict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleApproved, digest
from aftercare_events.catalogue.reviews import BearerShare, DecisionCause, PriceGranted

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import second_person
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import RefundCause, RejectReason
from aftersale_svc.domain.cases.errors import LineMissing, LineTwice, LineUnknown
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.outcome_reasons import check_reject_reason
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.errors import (
    AdjustmentExceedsLeft,
    GrantExceedsRequest,
    NothingGranted,
    ReductionUnexplained,
)
from aftersale_svc.domain.cases.price_grants.model import Granted
from aftersale_svc.domain.cases.price_grants.policy import borne, check_bearers, check_verified, with_grant
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.money.adjustments import left
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def grant(
    tx: Transaction[Settings],
    case_id: str,
    *,
    amounts: Sequence[Granted],
    reason: RejectReason | None = None,
    evidence: Sequence[str] = (),
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Grant all or a part of what was asked for, by the prices that were verified, and name who bears it. The reason says why not all of it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        LineUnknown, LineTwice, LineMissing: the amounts do not name each line of the case exactly once.
        PriceCurrencyForeign, GrantExceedsRequest, AdjustmentExceedsLeft, NothingGranted: an amount is not possible.
        PriceNotLower, PriceCheckedLater, GrantNotDifference: see `check_verified`.
        BearerTwice, ShareOfPlatform, SharesDoNotAddUp: see `check_bearers`.
        ReductionUnexplained: less is granted than was asked for, without a reason.
        RejectReasonUnsuitable: see `check_reject_reason`.
        EvidenceUnusable: see `cited_evidence.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    if reason is not None:
        check_reject_reason(full, reason)
    await cited_evidence.check(tx, order.id, evidence)
    total = sum(each.amount_minor for each in amounts)
    if second_person.is_needed(tx, full, total):
        apply(full, CaseAction.GRANT, tx)
        _granted(tx, full, amounts, reason, await tx.all(HOLDS_OF_ORDER, order_id=order.id))
        named = {"amounts": [asdict(each) for each in amounts], "evidence": list(evidence)}
        arguments = {**named, "reason": reason, "note": note}
        return await second_person.propose(tx, full, CaseAction.GRANT, total, arguments, policy=policy)
    return await grant_locked(tx, full, order, amounts, reason, evidence, note, policy)


async def grant_locked(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    amounts: Sequence[Granted],
    reason: RejectReason | None,
    evidence: Sequence[str],
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    """Grant all or a part in a case that is locked with its order. Raises: as `grant`."""
    moved = apply(full, CaseAction.GRANT, tx)
    checks = _granted(tx, full, amounts, reason, await tx.all(HOLDS_OF_ORDER, order_id=order.id))
    granted = moved.keeping(*checks)
    prices, total = _published(full, checks), sum(each.amount_minor for each in amounts)
    besides = {"granted_minor": total, "grants": [each.model_dump(mode="json", exclude_none=True) for each in prices]}
    decided = await decisions.record(
        tx, full, DecisionKind.REVIEW, "approved", reason=reason, policy=policy, besides=besides
    )
    event = AfterSaleApproved(
        **case_fields(tx, granted.case),
        cause=DecisionCause.DECISION,
        deadline_at=granted.case.deadline_at,
        granted_minor=total,
        currency=full.case.currency,
        reduction_reason=reason,
        prices=prices,
        evidence=tuple(evidence),
        **decided,
    )
    terms = RefundTerms(order, RefundCause.APPROVAL)
    action = CaseAction.GRANT
    return await effects.save(tx, full, granted, action, event, terms=terms, note=note, evidence=evidence)


def _published(full: FullCase, checks: Sequence[PriceCheck]) -> tuple[PriceGranted, ...]:
    units, shares = {line.line_id: line.quantity for line in full.requested}, borne(checks)
    return tuple(
        PriceGranted(
            line_id=check.line_id,
            units=units[check.line_id],
            reference_minor=(check.verified or asdict(check))["reference_minor"],
            checked_minor=(check.verified or asdict(check))["checked_minor"],
            checked_at=(check.verified or {}).get("checked_at"),
            link_hash=None if (link := (check.verified or {}).get("link")) is None else digest(link),
            granted_minor=check.granted_minor or 0,
            bearers=tuple(BearerShare(bearer=by, amount_minor=minor) for of, by, minor in shares if of is check),
        )
        for check in checks
    )


def _granted(
    tx: Transaction[Settings],
    full: FullCase,
    amounts: Sequence[Granted],
    reason: RejectReason | None,
    holds: Sequence[LineHold],
) -> list[PriceCheck]:
    lines, named = {line.line_id: line for line in full.requested}, dict[str, Granted]()
    for place, each in enumerate(amounts):
        at, line = f"/lines/{place}", lines.get(each.line_id)
        pointer = f"{at}/amount"
        if line is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id", allowed=list(lines))
        if each.line_id in named:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        check_currency(each.currency, full.case.currency, pointer, PriceCurrencyForeign)
        if each.amount_minor > line.amount_minor:
            raise GrantExceedsRequest(pointer=pointer, requested_minor=line.amount_minor, currency=each.currency)
        if each.amount_minor > (rest := left(each.line_id, full.case.id, holds)):
            raise AdjustmentExceedsLeft(pointer=pointer, left_minor=rest, currency=each.currency)
        check_verified(each, line, rest, at, tx.now)
        check_bearers(each, at, tx.actor.role)
        named[each.line_id] = each
    for line_id in lines.keys() - named.keys():
        raise LineMissing(pointer="/lines", line_id=line_id)
    total = sum(each.amount_minor for each in amounts)
    if not total:
        raise NothingGranted(pointer="/lines")
    is_less = total < full.case.requested_minor
    if reason is None and is_less:
        raise ReductionUnexplained(pointer="/reason")
    why = reason if is_less else None
    return [replace(with_grant(each, named[each.line_id]), reduction_reason=why) for each in full.rows_of(PriceCheck)]
