"""The events that cs-svc consumes, and their handlers."""

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    ArticlePublished,
    ArticleRetired,
    ArticleTextPublished,
    ArticleVersionWithdrawn,
    CaseEvent,
    DecisionDeclined,
    DecisionProposed,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeSettled,
    DisputeWithdrawn,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipmentVoided,
    OrderShipped,
    ParcelRegistered,
    ParcelStatusChanged,
)

from cs_svc import projections
from cs_svc.commands import case_notifications, claim_notifications, complaints, dispute_notifications, survey_schedule
from cs_svc.settings import Settings

_COMPLAINTS: Handlers[Settings] = {
    DisputeOpened: complaints.follow_dispute,
    DisputeSettled: complaints.dispute_settled,
    DisputeExecuted: complaints.dispute_executed,
    DisputeWithdrawn: complaints.dispute_withdrawn,
}
"""What becomes of the complaint about a dispute."""


async def case_changed(tx: Transaction[Settings], event: CaseEvent) -> None:
    """Copy the case and notify the conversations about it."""
    await projections.copy_case(tx, event)
    await case_notifications.notify(tx, event)


async def case_requested(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """Copy the new case with its reason, and notify the conversations about its order."""
    await projections.copy_requested_case(tx, event)
    await case_notifications.notify(tx, event)


async def case_completed(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """Copy the case, notify the conversations about it, and schedule its survey."""
    await case_changed(tx, event)
    await survey_schedule.case_completed(tx, event)


async def dispute_changed(tx: Transaction[Settings], event: DisputeEvent) -> None:
    """Follow the dispute with its complaint, and notify the conversations about the case."""
    followed = _COMPLAINTS.get(type(event))
    if followed is not None:
        await followed(tx, event)
    await dispute_notifications.notify(tx, event)


_ORDERS: Handlers = {
    OrderCreated: projections.copy_new_order,
    OrderPaid: projections.copy_order,
    OrderShipped: projections.copy_order,
    OrderShipmentVoided: projections.copy_order,
    OrderDelivered: projections.copy_order,
    OrderReceiptConfirmed: projections.copy_order,
    OrderCancelled: projections.copy_order,
    OrderCompleted: projections.copy_order,
}
_PARCELS: Handlers = {ParcelRegistered: projections.copy_parcel, ParcelStatusChanged: projections.copy_parcel}
_PROPOSALS: Handlers = dict.fromkeys((DecisionProposed, DecisionDeclined), projections.copy_case)
"""They are for the platform alone, so that no conversation shows them."""
_ARTICLES: Handlers = {
    ArticlePublished: projections.copy_article,
    ArticleTextPublished: projections.copy_article_text,
    ArticleVersionWithdrawn: projections.withdraw_article_version,
    ArticleRetired: projections.retire_article,
}
FACTS: Handlers = {
    **_ARTICLES,
    **_ORDERS,
    **_PARCELS,
    **_PROPOSALS,
    **dict.fromkeys(case_notifications.CODES, projections.copy_case),
    AfterSaleRequested: projections.copy_requested_case,
}
"""The handlers that write our copies of articles, orders, parcels and cases, and nothing else."""

HANDLERS: Handlers[Settings] = {
    **_ARTICLES,
    **_ORDERS,
    **_PARCELS,
    **_PROPOSALS,
    **dict.fromkeys(case_notifications.CODES, case_changed),
    AfterSaleRequested: case_requested,
    AfterSaleCompleted: case_completed,
    **dict.fromkeys(dispute_notifications.CODES, dispute_changed),
    **dict.fromkeys(claim_notifications.CODES, claim_notifications.notify),
}
