"""Offers: the merchant or an agent makes one, the buyer answers it, with a counter-offer as well."""

from collections.abc import Sequence
from dataclasses import asdict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, OfferAccepted, OfferDeclined, OfferLapsed, OfferMade, OfferWithdrawn

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import remaining_money, rule_reviews, second_person, stages
from aftersale_svc.commands.cases.open_offers import ended
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import case_fields, settings_used
from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.exchanges.policy import unpriced
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import Case, CaseAction
from aftersale_svc.domain.cases.offers.errors import NoOfferOpen, OfferChanged
from aftersale_svc.domain.cases.offers.model import Offer, OfferAction, OfferSide, OfferTerms
from aftersale_svc.domain.cases.offers.policy import agreed, cause_now, check_offered, offered
from aftersale_svc.domain.cases.policy import permitted
from aftersale_svc.domain.cases.return_addresses import check_address, lacks_address, with_address
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def make(
    tx: Transaction[Settings],
    case_id: str,
    *,
    terms: OfferTerms,
    return_address: dict[str, str] | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Offer the buyer another type or less money. A counter-offer that is open is declined by that.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided, ReturnAlreadyShipped, TooManyOffers: see CASE.
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed, ReasonUnsuitable, ReasonNotReached,
            OfferWithoutRefund, OfferAmountMissing, CurrencyForeign, AmountExceedsAllowance, OfferUnchanged: see `offered`.
        VirtualGoods, UnitsNotSent: see `stages.check_sent`.
        ReturnAddressMissing: see `check_address`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    return await _make(tx, full, order, terms, return_address, note, policy, confirmed=False)


async def make_locked(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    terms: OfferTerms,
    return_address: dict[str, str] | None,
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    """Make the offer in a case that is locked with its order: a second agent has confirmed it. Raises: as `make`."""
    return await _make(tx, full, order, terms, return_address, note, policy, confirmed=True)


async def _make(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    terms: OfferTerms,
    return_address: dict[str, str] | None,
    note: str | None,
    policy: Sequence[Citation],
    *,
    confirmed: bool,
) -> FullCase:
    known = full if return_address is None else with_address(full, order, return_address)
    moved = apply(known, CaseAction.OFFER, tx)
    offer = offered(known, order, OfferSide(tx.actor.role), terms, tx.now)
    await stages.check_sent(tx, full, order, offer.type)
    check_address(with_address(replace(moved, case=agreed(moved.case, offer)), order, None), tx.actor)
    amount = 0 if confirmed else await second_person.by_offer(tx, full, order, offer)
    if second_person.is_needed(tx, full, amount):
        arguments = {"terms": asdict(terms), "return_address": return_address, "note": note}
        return await second_person.propose(tx, full, CaseAction.OFFER, amount, arguments, policy=policy)
    return await _save_made(tx, full, moved, offer, CaseAction.OFFER, note, policy)


async def counter(tx: Transaction[Settings], case_id: str, *, terms: OfferTerms, note: str | None = None) -> FullCase:
    """Answer an offer with another one, as the buyer: those who made it review the case again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, TooManyOffers: see CASE.
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed, ReasonUnsuitable, ReasonNotReached,
            OfferWithoutRefund, OfferAmountMissing, CurrencyForeign, AmountExceedsAllowance, OfferUnchanged: see `offered`.
        VirtualGoods, UnitsNotSent: see `stages.check_sent`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    moved = apply(full, CaseAction.COUNTER_OFFER, tx)
    offer = offered(full, order, OfferSide.BUYER, terms, tx.now)
    await stages.check_sent(tx, full, order, offer.type)
    return await _save_made(tx, full, moved, offer, CaseAction.COUNTER_OFFER, note)


async def _save_made(
    tx: Transaction[Settings],
    full: FullCase,
    moved: FullCase,
    offer: Offer,
    action: CaseAction,
    note: str | None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Save the case with its new offer; the one that was open is declined."""
    after = replace(moved, case=replace(moved.case, offers_made=offer.number))
    before = full.open_offer
    declined: list[Event] = []
    if before is not None:
        declined.append(OfferDeclined(**case_fields(tx, after.case), number=before.number))
        after = after.keeping(ended(tx, before, OfferAction.DECLINE), offer)
    else:
        after = after.keeping(offer)
    decided = await decisions.record(tx, full, DecisionKind.OFFER, "made", policy=policy)
    made = _made(tx, after.case, offer, decided.get("decision_id"))
    return await effects.save(tx, full, after, action, *declined, made, note=note)


def _made(tx: Transaction[Settings], case: Case, offer: Offer, decision_id: str | None) -> OfferMade:
    return OfferMade(
        **case_fields(tx, case),
        number=offer.number,
        by=offer.by,
        offered_type=offer.type,
        amount_minor=offer.amount_minor,
        currency=offer.currency,
        deadline_at=case.deadline_at,
        decision_id=decision_id,
    )


async def accept(
    tx: Transaction[Settings],
    case_id: str,
    *,
    number: int | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Let the case go on as it is offered, without another review: the buyer an offer, the reviewers a counter-offer. `number` is the
    offer that is accepted; without it, the one that is open.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NoOfferOpen: see CASE.
        OfferChanged: another offer is open.
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed, ReasonUnsuitable, ReasonNotReached: see
            `check_offered`; the goods were sent or received meanwhile, or the merchant sends no goods first any more.
        VirtualGoods, UnitsNotSent: see `stages.check_sent`.
        NothingLeft: see `remaining_money.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    offer = full.open_offer
    if number is not None and offer is not None and offer.number != number:
        apply(full, CaseAction.ACCEPT_OFFER, tx)
        raise OfferChanged(pointer="/number", number=offer.number)
    amount = 0 if offer is None else await second_person.by_offer(tx, full, order, offer)
    if second_person.is_needed(tx, full, amount):
        apply(full, CaseAction.ACCEPT_OFFER, tx)
        arguments = {"note": note}
        return await second_person.propose(tx, full, CaseAction.ACCEPT_OFFER, amount, arguments, policy=policy)
    return await accept_locked(tx, full, order, note, policy)


async def accept_locked(
    tx: Transaction[Settings], full: FullCase, order: Order, note: str | None, policy: Sequence[Citation]
) -> FullCase:
    """Accept the offer about a case that is locked with its order. Raises: as `accept`."""
    apply(full, CaseAction.ACCEPT_OFFER, tx)  # by the table of the present type: whether there is an offer to accept
    offer = full.open_offer
    if offer is None:
        raise NoOfferOpen()
    check_offered(full.case, offer.type, order)
    await stages.check_sent(tx, full, order, offer.type)
    case = agreed(full.case, offer)
    on_terms = replace(full, case=case if case.type is full.case.type else permitted(case, order))
    on_terms = await _priced(tx, unpriced(with_address(on_terms, order, None)), order)
    await remaining_money.check(tx, order, on_terms)
    moved = apply(on_terms, CaseAction.ACCEPT_OFFER, tx).keeping(ended(tx, offer, OfferAction.ACCEPT))
    decided = await decisions.record(tx, full, DecisionKind.OFFER, "accepted", policy=policy)
    event = OfferAccepted(
        **case_fields(tx, moved.case),
        number=offer.number,
        previous_type=full.case.type,
        amount_minor=offer.amount_minor,
        currency=offer.currency,
        deadline_at=moved.case.deadline_at,
        return_address_missing=lacks_address(moved),
        settings=settings_used([*(moved.case.settings or ()), *(moved.return_.settings or ())]),
        decision_id=decided.get("decision_id"),
    )
    terms = RefundTerms(order, cause_now(moved.case, RefundCause.APPROVAL))
    return await effects.save(tx, full, moved, CaseAction.ACCEPT_OFFER, event, terms=terms, note=note)


async def _priced(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """The case with the freight that it is expected to carry on these terms."""
    case = full.case
    holds = [] if case.agreed_minor is not None else await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    return replace(full, case=estimated(order, case, full.requested, holds))


async def decline(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Refuse the offer: those who made it review the request again, or a rule of the merchant decides.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full, order = await locking.case_to_review(tx, case_id)
    moved = apply(full, CaseAction.DECLINE_OFFER, tx)
    offer = _open(full)
    event = OfferDeclined(**case_fields(tx, moved.case), number=offer.number, deadline_at=moved.case.deadline_at)
    declined = moved.keeping(ended(tx, offer, OfferAction.DECLINE))
    saved = await effects.save(tx, full, declined, CaseAction.DECLINE_OFFER, event, note=note)
    return await rule_reviews.again(tx, saved, order)


async def withdraw(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Take the offer back before the buyer has answered it, as those who made it, who review the request again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, OfferOfAnother: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.WITHDRAW_OFFER, tx)
    offer = _open(full)
    decided = await decisions.record(tx, full, DecisionKind.OFFER, "withdrawn")
    event = OfferWithdrawn(
        **case_fields(tx, moved.case),
        number=offer.number,
        deadline_at=moved.case.deadline_at,
        decision_id=decided.get("decision_id"),
    )
    withdrawn = moved.keeping(ended(tx, offer, OfferAction.WITHDRAW))
    return await effects.save(tx, full, withdrawn, CaseAction.WITHDRAW_OFFER, event, note=note)


@case_timer(CaseAction.LAPSE_OFFER)
async def lapse_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """The buyer has not answered the offer of a locked case in time: the request is reviewed again.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    moved = apply(full, CaseAction.LAPSE_OFFER, tx)
    offer = _open(full)
    event = OfferLapsed(**case_fields(tx, moved.case), number=offer.number, deadline_at=moved.case.deadline_at)
    lapsed = moved.keeping(ended(tx, offer, OfferAction.LAPSE))
    return await effects.save(tx, full, lapsed, CaseAction.LAPSE_OFFER, event)


def _open(full: FullCase) -> Offer:
    """The open offer of a case that waits for the answer to one. Raises: NoOfferOpen."""
    if full.open_offer is None:
        raise NoOfferOpen()
    return full.open_offer
