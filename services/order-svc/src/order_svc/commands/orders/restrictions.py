"""Restrictions of buyers, merchants and articles, as aftersale-svc publishes them, and what they do to orders."""

from collections.abc import Iterable
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import SanctionImposed, SanctionLifted
from aftercare_events.catalogue.order_reviews import OrderReviewed
from aftercare_events.catalogue.sanctions import SanctionEvent

from order_svc.commands import effects
from order_svc.commands.record import order_fields
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import CancelCause, Order, OrderLine, ReviewState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.sales import restrictions
from order_svc.domain.sales.restrictions import OrdersEffect, Restriction, SanctionSubjectType
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.restrictions import (
    LOCK_RESTRICTIONS,
    RESTRICTIONS,
    RESTRICTIONS_OF_ORDER,
    SHARE_RESTRICTIONS,
)


async def imposed(tx: Transaction[Settings], event: SanctionImposed) -> None:
    """Copy a sanction that concerns orders. An effect of a newer build, which is not known here, is a review."""
    if event.orders is None:
        return
    await tx.one(LOCK_RESTRICTIONS)
    restriction = Restriction(
        id=_id(event),
        subject_type=next((each for each in SanctionSubjectType if each == event.subject_type), None),
        subject_id=event.subject_id,
        sku=event.sku,
        kind=event.kind,
        reason=event.reason,
        orders=next((each for each in OrdersEffect if each == event.orders), OrdersEffect.REVIEW),
        imposed_at=event.time,
        expires_at=event.expires_at,
    )
    await tx.upsert(RESTRICTIONS, restriction)


async def lifted(tx: Transaction[Settings], event: SanctionLifted) -> None:
    """End the copy of a sanction. Orders that wait for a review because of it go on waiting: an agent decides about each."""
    await tx.one(LOCK_RESTRICTIONS)
    known = await tx.find(RESTRICTIONS, _id(event))
    if known is not None:
        await tx.upsert(RESTRICTIONS, replace(known, lifted_at=event.time))


def _id(event: SanctionEvent) -> str:
    return event.sanction_id or f"{event.subject_id} {event.kind}"


async def judge(tx: Transaction[Settings], order: Order, lines: Iterable[OrderLine]) -> Order:
    """The new order, which waits for a review where a restriction in force asks for one.

    A restriction that is imposed at the same time is there before the order, or the order was placed before it.

    Raises:
        OrderingRestricted: a restriction in force refuses it.
    """
    await tx.one(SHARE_RESTRICTIONS)
    skus = sorted({line.sku for line in lines})
    of_order = {"buyer_id": order.buyer_id, "merchant_id": order.merchant_id, "skus": skus}
    found = restrictions.reviewing(await tx.all(RESTRICTIONS_OF_ORDER, now=tx.now, **of_order))
    if found is None:
        return order
    return replace(order, review=ReviewState.PENDING, review_reason=found.reason, restriction_id=found.id)


async def approve_order(tx: Transaction[Settings], order_id: str) -> Order:
    """An agent approves an order in review: it waits for its payment from now on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, OrderNotInReview, PartyCannotDecide: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    approved = replace(
        ORDER.apply(order, OrderAction.APPROVE, tx, _of(tx)), review=ReviewState.APPROVED, reviewed_at=tx.now
    )
    approved = ORDER.enter_again(approved, tx)
    approved = replace(approved, deadline_at=approved.payment_due(tx.now, tx.settings.payment_hours))
    return await effects.enter(tx, order, approved, _reviewed(tx, approved))


async def reject_order(tx: Transaction[Settings], order_id: str) -> Order:
    """An agent does not approve an order in review: it is cancelled.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, OrderNotInReview, PartyCannotDecide: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    rejected = replace(
        ORDER.apply(order, OrderAction.REJECT, tx, _of(tx)), review=ReviewState.REJECTED, reviewed_at=tx.now
    )
    noted = await tx.save(ORDERS, replace(order, review=rejected.review, reviewed_at=tx.now), _reviewed(tx, rejected))
    return await effects.cancel(tx, noted, replace(rejected, version=noted.version), CancelCause.REVIEW_REJECTED)


def _of(tx: Transaction[Settings]) -> OrderFacts:
    """What judges a review besides the order: who decides it."""
    return OrderFacts((), actor=tx.actor)


def _reviewed(tx: Transaction[Settings], order: Order) -> OrderReviewed:
    return OrderReviewed(
        **order_fields(tx, order),
        approved=order.review is ReviewState.APPROVED,
        restriction_id=order.restriction_id or "",
        deadline_at=order.deadline_at,
    )
