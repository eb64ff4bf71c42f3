"""What entering or leaving a state causes, in one place. Every change of a case is saved here.

Commands do not look at the state that an action has led to: an approval requests the refund where it leads to `refunding`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, RefundRequested

from aftersale_svc.commands import history, leg_rows, locking
from aftersale_svc.commands.cases import callers, closing, open_parts, stages
from aftersale_svc.commands.claims import guarantee_cover
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.disputes import executions
from aftersale_svc.commands.goods import arrivals, refused_goods_openings, replacement_orders
from aftersale_svc.commands.goods.inspection_events import accepted_lines
from aftersale_svc.commands.money import kept_money, refund_parts, resharing, shown_freight, surcharges
from aftersale_svc.commands.record import case_fields, decision_in, reason_of, record_step, save_dispute, settings_used
from aftersale_svc.domain.cases.callers import acted_by
from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import REFUND, permits
from aftersale_svc.domain.cases.manual_reviews.stays import entered as stay
from aftersale_svc.domain.cases.model import CaseAction, CaseState, Refund, RefundAmount
from aftersale_svc.domain.cases.policy import with_end
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.merchant_settings.model import used
from aftersale_svc.domain.money import adjustments
from aftersale_svc.domain.money.fees import fees_of, fees_setting
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.domain.money.holds import cases_with_shipped_units
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.money.order_discounts import recalculation
from aftersale_svc.domain.money.parts import RefundPart
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.locks import ORDER_TO_LOCK
from aftersale_svc.tables.money.holds import (
    HOLD_AGAIN,
    HOLD_AMOUNTS,
    HOLDS,
    HOLDS_OF_ORDER,
    RELEASE_HOLDS,
)

RESTAGE = "restage"  # a step that leaves the state as it is, so no lifecycle table has it


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """Why money goes back if the case is refunding now. `amount` None: all that is due for its units by then. `beside_deposit`: it does not
    contain what the deposit has paid.

    `order` is locked, so no other case of it decides at the same time.
    """

    order: Order
    cause: RefundCause
    amount: RefundAmount | None = None
    beside_deposit: bool = False


async def save(
    tx: Transaction[Settings],
    before: FullCase,
    after: FullCase,
    action: str | None,
    *events: Event,
    terms: RefundTerms | None = None,
    note: str | None = None,
    evidence: Sequence[str] = (),
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Save what has changed of a case, with its events and its step in the timeline; do what an entered state causes.

    `action` None: a step of its dispute records it. What can lead to a refund gives `terms`; `policy` is what is cited.
    """
    moved = after.case.state is not before.case.state
    entered = CAUSED.get(after.case.state, NOTHING) if moved else NOTHING
    left = CAUSED.get(before.case.state, NOTHING) if moved else NOTHING
    called_for, events = callers.acting_for(tx, before.case, action, events)
    if moved:
        now = stay(before.case, after.case, action, tx.actor.role)
        after = replace(after, case=with_end(before.case, now, tx.now))
    if entered.first is not None:
        after, caused = await entered.first(tx, after, terms)
        events = events if caused is None else (*events, caused)
    after, ended = open_parts.ended(tx, after)
    decision_id = decision_in(events)
    taken = action if called_for is None else None  # what buyers choose is no decision, whoever does it for them
    if decision_id is None and (decision_id := await decisions.of_action(tx, before, taken, policy)) is not None:
        events = (events[0].model_copy(update={"decision_id": decision_id}), *events[1:])
    after = replace(after, case=await tx.save(CASES, acted_by(after.case, tx.actor, called_for), *events, *ended))
    await leg_rows.save(tx, before, after)
    await history.record(tx, before, after)
    if action is not None:
        why = reason_of(tx, before.case, after.case, action, events, note)
        await record_step(tx, after.case, action, note, evidence, why, decision_id, events, called_for)
    for effect in (*left.reopened, *entered.then):
        await effect(tx, after)
    await executions.follow_case(tx, before.case, after.case)
    after = await refused_goods_openings.follow_case(tx, after)
    await show_freight(tx, before, after)
    return await _receive_what_is_back(tx, after) if moved else after


async def _receive_what_is_back(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case, without the wait for goods that the merchant has already."""
    found = await arrivals.before_shipment(tx, full)
    return full if found is None else await save(tx.as_system(), full, found.full, found.action, found.event)


async def show_freight(tx: Transaction[Settings], before: FullCase | None, after: FullCase) -> None:
    """Let other open cases of the order show the freight that follows from this change; `before` None: the case is new."""
    for other, shown, event in await shown_freight.changed(tx, before, after):
        await save(tx, other, shown, shown_freight.STEP, event)


async def _request_refund(
    tx: Transaction[Settings], full: FullCase, terms: RefundTerms | None
) -> tuple[FullCase, Event]:
    """Decide on a refund of its own id, and request it from order-svc."""
    if terms is None:
        raise ValueError("what leads to a refund has to give its terms")
    guarantee_cover.check_uncovered(full)
    case, amount, takes_units = full.case, terms.amount, TYPES[full.case.type].holds_units
    holds = [] if amount is not None and takes_units else await tx.all(HOLDS_OF_ORDER, order_id=case.order_id)
    given = await refund_parts.given_back(tx, full, terms.order)
    if amount is None:
        amount = refund_due(terms.order, case, full.lines, holds, fees_of(terms.order), given)
    if not takes_units:
        full = await _hold_amounts(tx, full, amount.units_minor + case.paid_before_minor, holds)
    refund = Refund(
        id=tx.new_id("ref"),
        case_id=case.id,
        state=REFUND.initial,
        cause=terms.cause,
        units_minor=amount.units_minor,
        freight_minor=amount.freight_minor,
        restocking_minor=amount.restocking_minor,
        return_freight_minor=amount.return_freight_minor,
        unearned=[asdict(each) for each in amount.unearned] or None,
        currency=case.currency,
        requested_at=tx.now,
        settings=used(fees_setting(terms.order, case), recalculation(terms.order) if amount.unearned else None),
        given_back_minor=full.deposit.given_in_part_minor
        - (full.deposit.of_refund_minor if terms.beside_deposit else 0),
        deposit_minor=0 if terms.beside_deposit or full.is_refunded else full.deposit.of_refund_minor,
        owed_again=full.refund is not None and full.refund.owed_again and full.refund.state is RefundState.FAILED,
    )
    refund = REFUND.start(refund, tx)
    await kept_money.keep_also(tx, full, refund)
    case = replace(case, refund_id=refund.id, goods_kept=refund.cause in BUYER_KEEPS_GOODS)
    case = replace(case, shipping_refund_minor=refund.freight_minor + case.paid_before_freight_minor)
    if refund.cause is not RefundCause.PRICE_DIFFERENCE:
        case = replace(case, difference_minor=None)  # nothing is exchanged
    parts = await refund_parts.decided(tx, full, refund, fees_of(terms.order), given)
    full = replace(full, case=case).keeping(refund).keeping(*parts)
    return full, _request(tx, full, refund, parts)


async def _hold_amounts(
    tx: Transaction[Settings], full: FullCase, units_minor: int, holds: Sequence[LineHold]
) -> FullCase:
    """Hold what a case that takes no units gives back of each line; until now it held nothing."""
    checks = adjustments.granted(full, units_minor, holds)
    amounts = [each.granted_minor for each in checks]
    await tx.execute(HOLD_AMOUNTS, case_id=full.case.id, line_ids=[each.line_id for each in checks], amounts=amounts)
    await _share_again(tx, full)  # where an attempt that has failed was to pay more
    return full.keeping(*checks)


def _request(tx: Transaction[Settings], full: FullCase, refund: Refund, parts: Sequence[RefundPart]) -> RefundRequested:
    case = full.case
    return RefundRequested(
        **case_fields(tx, case),
        refund_id=refund.id,
        payment_id=case.payment_id,
        amount_minor=refund.rest_minor,
        compensated_minor=full.deposit.paid_minor or None,
        currency=refund.currency,
        cause=refund.cause,
        payment_ids=None if case.payment_ids is None else tuple(case.payment_ids),
        parts=refund_parts.published(parts, refund.id),
        settings=settings_used(refund.settings),
        stage=case.stage,
        before_shipment=case.stage is Stage.PRE_SHIP and TYPES[case.type].holds_units,
        accepted=accepted_lines(full),
    )


async def _owe_replacement(
    tx: Transaction[Settings], full: FullCase, _: RefundTerms | None
) -> tuple[FullCase, Event | None]:
    """The merchant is to send a replacement."""
    return replacement_orders.owe(tx, full)


async def _owe_surcharges(tx: Transaction[Settings], full: FullCase) -> None:
    """What was paid on top for replacements that are back by now is the buyer's again."""
    for exchange, owed, events in await surcharges.returned(tx, full):
        await save(tx, exchange, owed, surcharges.STEP, *events)


async def _release(tx: Transaction[Settings], full: FullCase) -> None:
    """Units and money are free for other cases; what a deposit has paid stays settled."""
    await guarantee_cover.end_with_case(tx, full)
    tx.change(HOLDS.name, RELEASE_HOLDS, case_id=full.case.id)
    await kept_money.keep_paid(tx, full)
    await _share_again(tx, full)


async def _share_again(tx: Transaction[Settings], full: FullCase) -> None:
    """Open cases have their shares of what an adjustment has let go of."""
    for before, after, event in await resharing.changed(tx, full):
        await save(tx, before, after, resharing.RESHARE, event)


async def _hold_again(tx: Transaction[Settings], full: FullCase) -> None:
    """Units and money belong to the case again; whether no other case has them was decided before."""
    tx.change(HOLDS.name, HOLD_AGAIN, case_id=full.case.id)


async def _restage_reopened(tx: Transaction[Settings], full: FullCase) -> None:
    """A closed case was not restaged when its units left; it counts again, and others of the order may lose by that."""
    if full.case.stage is Stage.PRE_SHIP:
        await restage(tx, full.case.order_id)


async def restage(tx: Transaction[Settings], order_id: str) -> None:
    """Set the stage of those cases of an order of which units have left; not while a refund is in flight.

    The order is locked. One that is not known has no cases.
    """
    order = await tx.one(ORDER_TO_LOCK, order_id=order_id)
    if order is None:
        return
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    gone = cases_with_shipped_units(holds)
    now = [replace(hold, stage=Stage.IN_TRANSIT) if hold.case_id in gone else hold for hold in holds]
    for case_id in sorted(gone):
        full = await locking.case(tx, case_id)
        left = replace(full, case=estimated(order, stages.left(tx, full).case, full.lines, now))
        await _save_restaged(tx, full, left)


async def _save_restaged(tx: Transaction[Settings], before: FullCase, left: FullCase) -> None:
    """Save a case whose units have left; the cancellation of units that have not ends with that."""
    events: list[Event] = [stages.restaged_event(tx, left.case)]
    action: str = RESTAGE  # a disputed case ends with its dispute
    if left.case.state is not CaseState.DISPUTED and permits(left, CaseAction.END_WITH_SHIPMENT, tx):
        left, closed = closing.closed(tx, left, CaseAction.END_WITH_SHIPMENT)
        events.append(closed)
        action = CaseAction.END_WITH_SHIPMENT
    await save(tx, before, left, action, *events)


async def _execute_verdict(tx: Transaction[Settings], full: FullCase) -> None:
    """However the case ended, its verdict is executed: with what was really refunded."""
    if full.case.dispute_id is None:
        return
    dispute = await tx.lock(DISPUTES, full.case.dispute_id)
    if dispute.is_being_paid:
        done = executions.executed(tx, dispute, full.refunded_minor)
        await save_dispute(tx, done, DisputeAction.EXECUTE, executions.event(tx, done))


First = Callable[[Transaction[Settings], FullCase, RefundTerms | None], Awaitable[tuple[FullCase, Event | None]]]
Then = Callable[[Transaction[Settings], FullCase], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Effects:
    """What a state causes: where it is entered, `first` completes the case and its events before they are saved, and
    `then` follows. Where a case leaves this state, which was its end, `reopened` follows.
    """

    first: First | None = None
    then: tuple[Then, ...] = ()
    reopened: tuple[Then, ...] = ()


NOTHING = Effects()
CAUSED: Mapping[CaseState, Effects] = {
    CaseState.REFUNDING: Effects(first=_request_refund),
    CaseState.AWAIT_RESHIP: Effects(first=_owe_replacement),
    CaseState.COMPLETED: Effects(then=(kept_money.settle, _owe_surcharges, _execute_verdict)),
    CaseState.CLOSED: Effects(then=(_release, _execute_verdict), reopened=(_hold_again, _restage_reopened)),
    CaseState.CANCELLED: Effects(then=(_release, _execute_verdict)),
}
"""What each state of a case causes. What a verdict causes, by its remedy, is in `verdicts`."""
