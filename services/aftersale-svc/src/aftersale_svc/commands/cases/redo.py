"""What records an own event again after a restore, from what the event says; the transaction has the time of the event.

A person's command is repeated where the event has all that it needs: an address or a text is not on the log.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_events import AfterSaleApproved, AfterSaleCancelled, Event
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands.cases import endings, reviews
from aftersale_svc.settings import Settings


async def approved(tx: Transaction[Settings], event: AfterSaleApproved) -> None:
    """The merchant has approved the request."""
    if event.cause == DecisionCause.DECISION:
        tx.actor = Actor(event.handler, "seller", event.merchant_id)
        await reviews.approve(tx, event.case_id)


async def cancelled(tx: Transaction[Settings], event: AfterSaleCancelled) -> None:
    """The buyer has taken the request back."""
    if event.handler == event.buyer_id:
        tx.actor = Actor(event.handler, "buyer")
        await endings.cancel(tx, event.case_id)


# Any: each function takes its own event class, which is the key beside it.
REDO: Mapping[type[Event], Callable[[Transaction[Settings], Any], Awaitable[object]]] = {
    AfterSaleApproved: approved,
    AfterSaleCancelled: cancelled,
}
