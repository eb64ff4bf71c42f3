"""Money back: try it again, record how it ended. Order-svc pays; each attempt has a refund id of its own."""

from collections.abc import Sequence
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRefundFailed,
    Event,
    RefundFailed,
    RefundSucceeded,
)
from aftercare_events import CaseLine as EventLine

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import endings, remaining_money, second_person, stages
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.money import refund_parts
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, RefundAction, RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import REFUND, apply, cause, permits
from aftersale_svc.domain.cases.model import CaseAction, Refund
from aftersale_svc.domain.cases.offers.policy import cause_now
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.parts import RefundPart
from aftersale_svc.domain.money.refunds import refunded_lines
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.orders.policy import check_payments
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import REFUNDS

_REPORTED = {RefundSucceeded: RefundState.SUCCEEDED, RefundFailed: RefundState.FAILED}


class RefundUnexpected(Exception):
    """Order-svc reports a refund that was not decided here like this. The event is parked for an operator."""


async def refund(
    tx: Transaction[Settings],
    case_id: str,
    *,
    note: str | None = None,
    policy: Sequence[Citation] = (),
    payment_ids: Sequence[str] | None = None,
) -> FullCase:
    """Let the money go back, as an agent: for the first time, or again after a failure, as a new refund; from the payments that are
    chosen, if any, first, in place of those chosen before.

    What a verdict ordered, or the price of a replacement, stays; any other amount is computed again, since other cases may have ended meanwhile.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        NothingLeft: see `remaining_money.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        PaymentUnknown: see `check_payments`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    chosen = check_payments(order, payment_ids)
    amount = await second_person.to_go_back(tx, full, order)
    if second_person.is_needed(tx, full, amount):
        apply(full, CaseAction.REFUND, tx)
        arguments = {"note": note, "payment_ids": chosen}
        return await second_person.propose(tx, full, CaseAction.REFUND, amount, arguments, policy=policy)
    return await refund_locked(tx, full, order, note, policy, chosen)


async def refund_locked(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    note: str | None,
    policy: Sequence[Citation],
    payment_ids: list[str] | None = None,
) -> FullCase:
    """Let the money of a case that is locked with its order go back. Raises: as `refund`."""
    refunding = apply(full, CaseAction.REFUND, tx)
    if payment_ids is not None:
        refunding = replace(refunding, case=replace(refunding.case, payment_ids=payment_ids))
    await remaining_money.check(tx, order, full)
    terms = _terms(order, full)
    return await effects.save(tx, full, refunding, CaseAction.REFUND, terms=terms, note=note, policy=policy)


def _terms(order: Order, full: FullCase) -> RefundTerms:
    before = full.refund
    if before is None:
        return RefundTerms(order, RefundCause.APPROVAL)
    amount = before.amount if before.is_fixed else None
    return RefundTerms(order, cause_now(full.case, before.cause), amount)


async def finish(tx: Transaction[Settings], event: RefundSucceeded) -> None:
    """The money is back with the buyer: complete the case.

    Raises:
        NotFound: there is no such case.
        RefundUnexpected: the refund was not decided like this, or has failed before.
        IllegalTransition: the case is not refunding any more.
    """
    if event.case_id is None:
        return  # order-svc pays refunds of its own too, for cancelled orders
    full, _ = await locking.case_and_order(tx, event.case_id)  # it may be the last unit that comes back
    found = await _reported(tx, full, event)
    if found.state is RefundState.SUCCEEDED:
        return
    found = replace(found, shares=_shares(event))
    if found.came_back_minor:
        await _owe_again(tx, full, found)
        return
    paid = await _end(tx, full, found, RefundAction.SUCCEED)
    done = await refund_parts.whole(tx, apply(paid, CaseAction.COMPLETE, tx))
    await effects.save(tx, paid, done, CaseAction.COMPLETE, completed(tx, done, found))


async def _owe_again(tx: Transaction[Settings], full: FullCase, paid: Refund) -> None:
    """Leave a refund to an agent that was paid after what attempts before had given back came back."""
    done = replace(REFUND.apply(paid, RefundAction.SUCCEED, tx), ended_at=tx.now, returned_minor=paid.rest_minor)
    owed = REFUND.apply(done, RefundAction.REVERSE, tx)
    await tx.upsert(REFUNDS, owed)
    unpaid = await refund_parts.came_back(tx, full.keeping(owed))
    reviewed = apply(unpaid, CaseAction.REVERSE_REFUND, tx)
    why = {"cause": cause(unpaid, CaseAction.REVERSE_REFUND), "deadline_at": reviewed.case.deadline_at}
    escalated = AfterSaleEscalated(**case_fields(tx, reviewed.case), **why)
    await effects.save(tx, full, reviewed, CaseAction.REVERSE_REFUND, escalated)


async def fail(tx: Transaction[Settings], event: RefundFailed) -> None:
    """The refund was refused, which is final: let an agent decide, or end the case with its cancelled order, or its cancelled units.

    A refund whose outcome is unknown does not come here: order-svc reports how it ended once it knows.

    Raises:
        NotFound: there is no such case.
        RefundUnexpected: the refund was not decided like this, or has succeeded before.
        IllegalTransition: the case is not refunding any more.
    """
    if event.case_id is None:
        return
    full, order = await locking.case_and_order(tx, event.case_id)
    found = await _reported(tx, full, event)
    if found.state is RefundState.FAILED:
        return
    found = replace(found, failure_code=event.failure_code, returned_minor=event.succeeded_minor or 0)
    unpaid = await _end(tx, full, replace(found, shares=_shares(event)), RefundAction.FAIL)
    gone = event.is_already_cancelled or await endings.are_units_cancelled(tx, unpaid)
    facts = CaseFacts(full=unpaid, order=order, units_cancelled=gone)
    for action in (CaseAction.END_WITH_ORDER, CaseAction.END_WITH_UNITS):
        if permits(unpaid, action, tx, facts):
            await endings.end_with_order(tx, unpaid, facts, action=action, refused=event)
            return
    await _hand_to_agent(tx, unpaid, event)


async def _hand_to_agent(tx: Transaction[Settings], full: FullCase, event: RefundFailed) -> None:
    failed = apply(await refund_parts.given_in_part(tx, full), CaseAction.FAIL, tx)
    refused = {
        "refund_id": event.refund_id,
        "failure_code": event.failure_code,
        "succeeded_minor": event.succeeded_minor,
        "currency": None if event.succeeded_minor is None else event.currency,
    }
    events: list[Event] = [AfterSaleRefundFailed(**case_fields(tx, failed.case), **refused)]
    if event.is_already_shipped and full.case.stage is Stage.PRE_SHIP:
        failed = stages.left(tx, failed)
        events.append(stages.restaged_event(tx, failed.case))
    escalation = {"cause": cause(full, CaseAction.FAIL), "deadline_at": failed.case.deadline_at}
    events.append(AfterSaleEscalated(**case_fields(tx, failed.case), **escalation))
    await effects.save(tx, full, failed, CaseAction.FAIL, *events, note=event.failure_code)


async def _reported(tx: Transaction[Settings], full: FullCase, event: RefundSucceeded | RefundFailed) -> Refund:
    """The refund that the event is about, in flight or ended as reported. Raises: RefundUnexpected."""
    found = full.refund
    if found is None or found.id != event.refund_id:
        found = await tx.find(REFUNDS, event.refund_id)
    reported = (event.case_id, event.amount_minor, event.currency)
    if found is None or (found.case_id, found.rest_minor, found.currency) != reported:
        raise RefundUnexpected(f"{event.refund_id} is not a refund decided for {full.case.id}")
    if found.state in REFUND.ends and found.state is not _REPORTED[type(event)]:
        raise RefundUnexpected(f"{event.refund_id} has {found.state} before")
    return found


def _shares(event: RefundSucceeded | RefundFailed) -> list[dict[str, Any]] | None:  # Any: JSON
    """What went back to which payments, where the refund was made from several."""
    if not event.shares:
        return None
    return [each.model_dump(exclude={"share_id"}) for each in event.shares]


async def _end(tx: Transaction[Settings], full: FullCase, refund: Refund, action: RefundAction) -> FullCase:
    ended = replace(REFUND.apply(refund, action, tx), ended_at=tx.now)
    await tx.upsert(REFUNDS, ended)
    return full.keeping(ended)


def completed(tx: Transaction[Settings], full: FullCase, refund: Refund) -> AfterSaleCompleted:
    """The event of a case that is completed with this refund, which was paid."""
    takes_units = TYPES[full.case.type].holds_units
    keeps = refund.cause in BUYER_KEEPS_GOODS or full.case.paid_before_minor > 0
    return AfterSaleCompleted(
        **case_fields(tx, full.case),
        refunded_minor=full.case.paid_before_minor + refund.back_minor,
        compensated_minor=full.deposit.paid_minor or None,
        currency=refund.currency,
        parts=refund_parts.published(full.rows_of(RefundPart), refund.id),
        # The units that a replacement was sent for are not refunded, whatever it costs.
        lines=()
        if refund.cause is RefundCause.PRICE_DIFFERENCE
        else tuple(
            EventLine(line_id=line.line_id, sku=line.sku, quantity=units if takes_units else 0, amount_minor=minor)
            for line, units, minor in refunded_lines(full.lines, refund.amount, keeps_goods=keeps)
        ),
    )
