"""Notifications about after-sale cases in the conversations about them: which event of a case has which code."""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleFrozen,
    AfterSaleRefundFailed,
    AfterSaleRefundReversed,
    AfterSaleRejected,
    AfterSaleReopened,
    AfterSaleRequested,
    AfterSaleRestaged,
    AfterSaleResumed,
    AfterSaleShareChanged,
    AfterSaleTypeChanged,
    CaseEvent,
    ChargeAgreed,
    ChargePaid,
    ConsultationAnswered,
    ConsultationContinued,
    DeadlineExtended,
    DeadlineReminder,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OfflineRefundConfirmed,
    OfflineRefundDenied,
    OfflineRefundStated,
    OfflineRefundWithdrawn,
    PickupBooked,
    PickupCancelled,
    PickupMissed,
    PickupMoved,
    PickupWaybillGiven,
    PickupWaybillWithdrawn,
    RefundRequested,
    RefusedGoodsReturned,
    ReplacementAnomalyReported,
    ReplacementDelivered,
    ReplacementLate,
    ReplacementOrdered,
    ReplacementPriced,
    ReplacementScanned,
    ReplacementShipped,
    ReplacementWaybillCorrected,
    ReturnAddressGiven,
    ReturnDelivered,
    ReturnInspected,
    ReturnScanned,
    ReturnShipped,
    ReturnWaybillCorrected,
    ReviewAssigned,
    ReviewReleased,
    SupplementEnded,
    SupplementRequested,
    SupplementSubmitted,
)
from aftercare_events.catalogue.case_progress import AfterSaleFreightChanged
from aftercare_events.catalogue.exchanges import (
    ChargeOwedBack,
    ChargePaymentDenied,
    ChargePaymentStated,
    ChargeReturned,
)
from aftercare_events.catalogue.fast_exchanges import (
    HoldAgreed,
    HoldClaimed,
    HoldReleased,
    ReplacementReceived,
    ReplacementWithdrawn,
)
from aftercare_events.catalogue.offers import OfferSide
from aftercare_events.catalogue.pickups import PickupMissedBy
from aftercare_events.catalogue.repairs import (
    RepairFinished,
    RepairNotPossible,
    RepairQuoted,
    RepairQuoteDeclined,
    RepairRepeated,
    RepairResumed,
)
from aftercare_events.catalogue.returns import (
    ReturnFreightCoverReduced,
    ReturnFreightOwed,
    ReturnFreightReimbursed,
    ReturnHandedOver,
)
from aftercare_events.catalogue.reviews import DecisionCause

from cs_svc.commands import conversations
from cs_svc.settings import Settings

CODES: Mapping[type[CaseEvent], str] = {
    AfterSaleRequested: "after_sale_requested",
    AfterSaleApproved: "after_sale_approved",
    AfterSaleRejected: "after_sale_rejected",
    OfferMade: "offer_made",
    OfferAccepted: "offer_accepted",
    OfferDeclined: "offer_declined",
    OfferLapsed: "offer_lapsed",
    OfferWithdrawn: "offer_withdrawn",
    AfterSaleRestaged: "after_sale_restaged",
    AfterSaleShareChanged: "after_sale_share_changed",
    AfterSaleFreightChanged: "after_sale_freight_changed",
    ReturnAddressGiven: "return_address_given",
    PickupBooked: "pickup_booked",
    PickupMoved: "pickup_moved",
    PickupCancelled: "pickup_cancelled",
    PickupMissed: "pickup_missed",
    PickupWaybillGiven: "pickup_waybill_given",
    PickupWaybillWithdrawn: "pickup_waybill_withdrawn",
    ReturnShipped: "return_shipped",
    ReturnWaybillCorrected: "return_waybill_corrected",
    ReturnScanned: "return_scanned",
    ReturnDelivered: "return_delivered",
    ReturnInspected: "return_inspected",
    ReplacementOrdered: "replacement_ordered",
    ReplacementShipped: "replacement_shipped",
    ReplacementWaybillCorrected: "replacement_waybill_corrected",
    ReplacementScanned: "replacement_scanned",
    ReplacementDelivered: "replacement_delivered",
    ReplacementLate: "replacement_late",
    ReplacementAnomalyReported: "replacement_anomaly_reported",
    ReplacementPriced: "replacement_priced",
    ChargeAgreed: "charge_agreed",
    ChargePaymentStated: "charge_payment_stated",
    ChargePaymentDenied: "charge_payment_denied",
    ChargePaid: "charge_paid",
    ChargeOwedBack: "charge_owed_back",
    ChargeReturned: "charge_returned",
    ReturnHandedOver: "return_handed_over",
    ReturnFreightCoverReduced: "return_freight_cover_reduced",
    ReturnFreightOwed: "return_freight_owed",
    ReturnFreightReimbursed: "return_freight_reimbursed",
    RefusedGoodsReturned: "refused_goods_returned",
    RepairQuoted: "repair_quoted",
    RepairQuoteDeclined: "repair_quote_declined",
    RepairFinished: "repair_finished",
    RepairNotPossible: "repair_not_possible",
    RepairResumed: "repair_resumed",
    RepairRepeated: "repair_repeated",
    HoldAgreed: "hold_agreed",
    HoldReleased: "hold_released",
    HoldClaimed: "hold_claimed",
    ReplacementReceived: "replacement_received",
    ReplacementWithdrawn: "replacement_withdrawn",
    RefundRequested: "refund_requested",
    AfterSaleRefundFailed: "refund_failed",
    AfterSaleRefundReversed: "refund_reversed",
    OfflineRefundStated: "offline_refund_stated",
    OfflineRefundConfirmed: "offline_refund_confirmed",
    OfflineRefundDenied: "offline_refund_denied",
    OfflineRefundWithdrawn: "offline_refund_withdrawn",
    AfterSaleFrozen: "after_sale_frozen",
    AfterSaleReopened: "after_sale_reopened",
    AfterSaleResumed: "after_sale_resumed",
    AfterSaleEscalated: "after_sale_escalated",
    ReviewAssigned: "review_assigned",
    ReviewReleased: "review_released",
    SupplementRequested: "supplement_requested",
    SupplementSubmitted: "supplement_submitted",
    SupplementEnded: "supplement_ended",
    AfterSaleTypeChanged: "after_sale_type_changed",
    ConsultationAnswered: "consultation_answered",
    ConsultationContinued: "consultation_continued",
    AfterSaleCompleted: "after_sale_completed",
    AfterSaleClosed: "after_sale_closed",
    AfterSaleCancelled: "after_sale_cancelled",
    DeadlineExtended: "deadline_extended",
    DeadlineReminder: "deadline_reminder",
}

_CAUSES: Mapping[str, str] = {DecisionCause.TIMEOUT: "_by_timeout", DecisionCause.RULE: "_by_rule"}
"""What a code has for a decision that nobody took."""


async def notify(tx: Transaction[Settings], event: CaseEvent) -> None:
    """Add a message of the system to the conversations about this case or its order."""
    await conversations.notify(tx, order_id=event.order_id, case_id=event.case_id, code=_code(event))


def _code(event: CaseEvent) -> str:
    code = CODES[type(event)]
    if isinstance(event, ReturnAddressGiven) and event.corrected:
        return "return_address_corrected"
    if isinstance(event, PickupMissed) and event.missed_by == PickupMissedBy.BUYER:
        return "pickup_missed_by_buyer"
    if isinstance(event, PickupMissed) and event.missed_by == PickupMissedBy.COURIER_REFUSED:
        return "pickup_move_refused" if event.moved else "pickup_missed_refused"
    if isinstance(event, ReturnDelivered | ReturnHandedOver) and event.terminal:
        return f"{code}_after_end"
    if isinstance(event, OfferMade) and event.by == OfferSide.BUYER:
        return "counter_offer_made"
    if isinstance(event, AfterSaleApproved | ReturnInspected):
        code += _CAUSES.get(event.cause, "")
    if isinstance(event, OfflineRefundConfirmed) and event.by_timeout:
        return f"{code}_by_agent"
    if isinstance(event, AfterSaleTypeChanged) and event.cause == DecisionCause.VERDICT:
        return f"{code}_by_verdict"
    missing = isinstance(event, AfterSaleApproved) and event.return_address_missing
    return f"{code}_without_address" if missing else code
