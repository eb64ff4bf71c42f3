"""Goods that the merchant sends to the buyer: sent, received, not to be had, or something is wrong with them."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    CaseEvent,
    ReplacementAnomalyReported,
    ReplacementLate,
    ReplacementShipped,
    ReplacementWaybillCorrected,
    ShippedLine,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.goods import fast_exchanges, replacement_orders, waybills
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.errors import WaybillUnchanged
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause, permits, sent_by
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.cases.waybills import Receiver
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings


async def ship(tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str) -> FullCase:
    """Record that the merchant handed the replacement to a courier; order-svc follows the parcel from here.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    sent = Replacement(case_id=case_id, carrier=carrier, waybill_no=waybill_no, shipped_at=tx.now)
    shipped = apply(sent_by(full, carrier), CaseAction.SHIP_REPLACEMENT, tx).keeping(sent)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.BUYER)
    event = ReplacementShipped(
        **case_fields(tx, shipped.case),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=_content(full),
        deadline_at=shipped.case.deadline_at,
    )
    return await effects.save(tx, full, shipped, CaseAction.SHIP_REPLACEMENT, event)


async def correct_waybill(tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str) -> FullCase:
    """Replace a wrong waybill; order-svc follows this one instead. The deadline stays that of the shipping.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReplacementAlreadyScanned: see CASE.
        WaybillUnchanged: it is the waybill that the replacement has.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    corrected = apply(sent_by(full, carrier), CaseAction.CORRECT_REPLACEMENT_WAYBILL, tx)
    before = full.replacement or Replacement(case_id=case_id)
    if (carrier, waybill_no) == (before.carrier, before.waybill_no):
        raise WaybillUnchanged(pointer="/waybill_no", waybill_no=waybill_no)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.BUYER)
    event = ReplacementWaybillCorrected(
        **case_fields(tx, corrected.case),
        previous_carrier=before.carrier or "",
        previous_waybill_no=before.waybill_no or "",
        carrier=carrier,
        waybill_no=waybill_no,
        lines=_content(full),
        deadline_at=corrected.case.deadline_at,
    )
    after = corrected.keeping(replace(before, carrier=carrier, waybill_no=waybill_no))
    return await effects.save(tx, full, after, CaseAction.CORRECT_REPLACEMENT_WAYBILL, event)


def _content(full: FullCase) -> tuple[ShippedLine, ...]:
    owed = [(line.line_id, line.refund_units) for line in full.lines if line.refund_units]
    others = {each.line_id: each.sku for each in full.rows_of(ReplacementLine)}
    return tuple(ShippedLine(line_id=line_id, quantity=units, sku=others.get(line_id)) for line_id, units in owed)


async def confirm(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Record that the buyer has the replacement, whatever the courier reports: the case is completed, or the goods go back.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full, order = await locking.case_and_order(tx, case_id)
    return await _confirm(tx, full, order, note)


@case_timer(CaseAction.CONFIRM_REPLACEMENT)
async def confirm_locked(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Complete a locked case: the buyer has had the replacement for long enough.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _confirm(tx, full, order)


async def _confirm(tx: Transaction[Settings], full: FullCase, order: Order, note: str | None = None) -> FullCase:
    received = apply(full, CaseAction.CONFIRM_REPLACEMENT, tx).keeping(_arrived(tx, full))
    if TYPES[full.case.type].replacement_first:
        event: CaseEvent = fast_exchanges.received(tx, received)
        return await effects.save(tx, full, received, CaseAction.CONFIRM_REPLACEMENT, event, note=note)
    credit = max(-(full.case.difference_minor or 0), 0)
    if credit:
        terms = RefundTerms(order, RefundCause.PRICE_DIFFERENCE, RefundAmount(credit, 0))
        due = apply(full, CaseAction.REFUND_CREDIT, tx).keeping(_arrived(tx, full))
        return await effects.save(tx, full, due, CaseAction.CONFIRM_REPLACEMENT, terms=terms, note=note)
    event = AfterSaleCompleted(
        **case_fields(tx, received.case), refunded_minor=0, currency=received.case.currency, lines=()
    )
    return await effects.save(tx, full, received, CaseAction.CONFIRM_REPLACEMENT, event, note=note)


def _arrived(tx: Transaction[Settings], full: FullCase) -> Replacement:
    """The replacement that the buyer has, so that a later report of its courier moves nothing."""
    sent = full.replacement or Replacement(case_id=full.case.id)
    return replace(sent, delivered_at=sent.delivered_at or tx.now)


async def report_anomaly(
    tx: Transaction[Settings], case_id: str, *, anomaly: ReplacementAnomaly, note: str | None = None
) -> FullCase:
    """Say as the buyer what is wrong with the replacement; an agent decides what follows.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full = await locking.case(tx, case_id)
    reported = apply(full, CaseAction.REPORT_ANOMALY, tx)
    known = full.replacement or Replacement(case_id=case_id)
    event = ReplacementAnomalyReported(
        **case_fields(tx, reported.case), anomaly=anomaly, deadline_at=reported.case.deadline_at
    )
    escalated = AfterSaleEscalated(
        **case_fields(tx, reported.case),
        cause=cause(full, CaseAction.REPORT_ANOMALY),
        deadline_at=reported.case.deadline_at,
    )
    after = reported.keeping(replace(known, anomaly=anomaly))
    return await effects.save(tx, full, after, CaseAction.REPORT_ANOMALY, event, escalated, note=note)


async def no_stock(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Say as the merchant that there is nothing to send: the money of the units goes back instead; where the buyer keeps them, an agent
    decides what the parts are worth, unless both sides agree.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full, order = await locking.case_and_order(tx, case_id)
    apply(full, CaseAction.NO_STOCK, tx)
    if permits(full, CaseAction.NO_PARTS, tx):
        return await _hand_over(tx, full, note, policy)
    return await _refund(tx, full, order, CaseAction.NO_STOCK, note, policy)


async def _hand_over(
    tx: Transaction[Settings], full: FullCase, note: str | None, policy: Sequence[Citation]
) -> FullCase:
    moved = apply(full, CaseAction.NO_PARTS, tx)
    escalated = AfterSaleEscalated(
        **case_fields(tx, moved.case),
        cause=cause(full, CaseAction.NO_PARTS),
        deadline_at=moved.case.deadline_at,
    )
    return await effects.save(tx, full, moved, CaseAction.NO_PARTS, escalated, note=note, policy=policy)


async def take_refund(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Take the money of the units as the buyer, instead of a replacement that is late, or a repair that is not possible.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundNotOffered, RemedyNotOffered: see CASE.
    """
    return await _refund(tx, *await locking.case_and_order(tx, case_id), CaseAction.TAKE_REFUND, note)


@case_timer(CaseAction.TAKE_REFUND)
async def take_refund_locked(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Refund a locked case: the buyer has not agreed to pay more for the replacement.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _refund(tx, full, order, CaseAction.TAKE_REFUND)


async def _refund(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    action: CaseAction,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    failed = full.repair is not None and full.repair.failure is not None
    if TYPES[full.case.type].replacement_first:
        returning = apply(full, action, tx)  # the buyer has the goods
        event = fast_exchanges.withdrawn(tx, returning)
        return await effects.save(tx, full, returning, action, event, note=note, policy=policy)
    terms = RefundTerms(order, RefundCause.NOT_REPAIRABLE if failed else RefundCause.NO_REPLACEMENT)
    moved = apply(full, action, tx)
    return await effects.save(tx, full, moved, action, terms=terms, note=note, policy=policy)


@case_timer(CaseAction.OFFER_REFUND)
async def offer_refund(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Let the buyer of a locked case choose: the merchant has not sent the replacement in time.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    late = full.keeping(replace(full.replacement or Replacement(case_id=full.case.id), refund_offered_at=tx.now))
    offered = apply(late, CaseAction.OFFER_REFUND, tx)
    event = ReplacementLate(**case_fields(tx, offered.case), deadline_at=offered.case.deadline_at)
    return await effects.save(tx, full, offered, CaseAction.OFFER_REFUND, event)


async def reship(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Have the merchant send the replacement again, as an agent: it is late, was lost, or something was wrong with it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NoReplacementDecided, RefundDecided: see CASE.
    """
    full = await locking.case(tx, case_id)
    unsent = full if full.replacement is None else full.keeping(Replacement(case_id=case_id))
    owed = apply(unsent, CaseAction.RESHIP, tx)
    event = replacement_orders.ordered(tx, owed)
    return await effects.save(tx, full, owed, CaseAction.RESHIP, event, note=note, policy=policy)
