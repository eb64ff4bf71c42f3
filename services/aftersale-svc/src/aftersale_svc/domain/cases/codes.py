"""The codes of cases: types, reasons, causes, refunds. They are published, so a value never changes."""

from enum import StrEnum


class CaseType(StrEnum):
    """What is asked for."""

    RETURN_REFUND = "return_refund"
    REFUND_ONLY = "refund_only"
    CANCEL_UNSHIPPED = "cancel_unshipped"
    CONSULT = "consult"
    RESHIP_PARTS = "reship_parts"
    PRICE_ADJUST = "price_adjust"
    REFUSED_DELIVERY = "refused_delivery"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    FAST_EXCHANGE = "fast_exchange"


class Initiator(StrEnum):
    """Who opened a case."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    AGENT = "agent"
    PLATFORM = "platform"
    SYSTEM = "system"


class Goods(StrEnum):
    """What happens to the goods if a case is completed: they stay where they are, go back to the merchant, or, where the case
    has nothing to do with that, go to the buyer or stay there as ordered."""

    KEEP = "keep"
    RETURN = "return"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    NONE = "none"


class Money(StrEnum):
    """What is paid if a case is completed."""

    REFUND = "refund"
    CHARGE = "charge"
    NONE = "none"


class ReasonGroup(StrEnum):
    """The upper level of the tree of reasons."""

    BUYERS_CHOICE = "buyers_choice"
    NOT_AS_PROMISED = "not_as_promised"
    DELIVERY = "delivery"
    SERVICE = "service"


class Reason(StrEnum):
    """Why the buyer asks for after-sale service. What follows from each is in `reasons.REASONS`."""

    CHANGED_MIND = "changed_mind"
    WRONG_SIZE_OR_MODEL = "wrong_size_or_model"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"
    PRICE_DROPPED = "price_dropped"

    NOT_AS_DESCRIBED = "not_as_described"
    QUALITY_DEFECT = "quality_defect"
    BELOW_STANDARD = "below_standard"
    DEAD_ON_ARRIVAL = "dead_on_arrival"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    PACKAGING_DAMAGED = "packaging_damaged"
    SHORT_QUANTITY = "short_quantity"
    COUNTERFEIT = "counterfeit"
    EXPIRED_OR_NEAR_EXPIRY = "expired_or_near_expiry"
    NO_LICENCE_INFO = "no_licence_info"

    NOT_SHIPPED_IN_TIME = "not_shipped_in_time"
    NO_TRACKING = "no_tracking"
    LOST_IN_TRANSIT = "lost_in_transit"
    DAMAGED_IN_TRANSIT = "damaged_in_transit"
    EMPTY_PACKAGE = "empty_package"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    REFUSED_AT_DOOR = "refused_at_door"
    CALLED_BACK = "called_back"

    WARRANTY_REPAIR = "warranty_repair"
    PAID_REPAIR = "paid_repair"
    RECALL = "recall"
    SAFETY_INCIDENT = "safety_incident"
    SERVICE_ATTITUDE = "service_attitude"
    INVOICE_PROBLEM = "invoice_problem"


class Term(StrEnum):
    """Until when a reason may be given once the goods were received."""

    WINDOW = "window"
    WARRANTY = "warranty"
    RECALL = "recall"
    SAFETY_INCIDENT = "safety_incident"
    UNLIMITED = "unlimited"


class EvidenceKind(StrEnum):
    """What a file shows."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    DELIVERY_RECEIPT = "delivery_receipt"
    CALL_RECORD = "call_record"
    TEST_REPORT = "test_report"


class EvidenceNeed(StrEnum):
    """Whether a request comes with evidence: it does not have to, it helps the decision, it is refused without."""

    NONE = "none"
    ADVISED = "advised"
    REQUIRED = "required"


class FreightPayer(StrEnum):
    """Who pays for sending the goods back."""

    BUYER = "buyer"
    SELLER = "seller"


class RejectReason(StrEnum):
    """Why a request, or returned goods, are refused."""

    OUTSIDE_WINDOW = "outside_window"
    FINAL_SALE_CATEGORY = "final_sale_category"
    USED_OR_AFFECTS_RESALE = "used_or_affects_resale"
    WRONG_WAYBILL = "wrong_waybill"
    NOT_OUR_ITEM = "not_our_item"
    EMPTY_RETURN = "empty_return"
    PARTS_MISSING = "parts_missing"
    NO_DEFECT_FOUND = "no_defect_found"
    REASON_UNTRUE = "reason_untrue"
    PACKAGE_IN_TRANSIT = "package_in_transit"
    AGREED_CANCEL = "agreed_cancel"
    DIFFERENCE_SMALLER = "difference_smaller"


class RejectedBy(StrEnum):
    """Who rejected a request, or the returned goods, by their role."""

    SELLER = "seller"
    AGENT = "agent"


class HandlingReason(StrEnum):
    """Why somebody hands a review over, or cancels a request."""

    FACTS_UNCLEAR = "facts_unclear"
    POLICY_UNCLEAR = "policy_unclear"
    BEYOND_AUTHORITY = "beyond_authority"
    ABUSE_SUSPECTED = "abuse_suspected"
    AGREED_WITH_BUYER = "agreed_with_buyer"
    OTHER = "other"
    UNSPECIFIED = "unspecified"


class CloseCause(StrEnum):
    """Why a case was closed: what was asked for has not been done."""

    BUYER_LATE = "buyer_late"
    REJECTED = "rejected"
    REJECTION_ACCEPTED = "rejection_accepted"
    VERDICT = "verdict"
    CLOSED_BY_AGENT = "closed_by_agent"
    ORDER_CANCELLED = "order_cancelled"
    UNITS_SHIPPED = "units_shipped"
    UNITS_CANCELLED = "units_cancelled"
    REAPPLIED = "reapplied"
    HOLD_NOT_AGREED = "hold_not_agreed"


class EscalationCause(StrEnum):
    """Why an agent has to decide about a case."""

    REVIEW_HANDED_OVER = "review_handed_over"
    AGENT_LATE = "agent_late"
    RETURN_NOT_DELIVERED = "return_not_delivered"
    REFUND_LATE = "refund_late"
    REFUND_FAILED = "refund_failed"
    RETURN_ADDRESS_MISSING = "return_address_missing"
    ANSWER_LATE = "answer_late"
    REPLACEMENT_LATE = "replacement_late"
    REPLACEMENT_NOT_DELIVERED = "replacement_not_delivered"
    REPLACEMENT_ANOMALY = "replacement_anomaly"
    REPAIR_LATE = "repair_late"
    RETURN_REFUSED = "return_refused"
    OFFLINE_REFUND_DENIED = "offline_refund_denied"
    RETURN_MISSING = "return_missing"
    RETURN_ARRIVED_LATE = "return_arrived_late"
    PAYMENT_DENIED = "payment_denied"
    INSPECTION_LATE = "inspection_late"
    GOODS_NOT_RETURNED = "goods_not_returned"
    OFFLINE_REFUND_UNCONFIRMED = "offline_refund_unconfirmed"
    PICKUP_REFUSED = "pickup_refused"
    REFUND_REVERSED = "refund_reversed"


class RefundCause(StrEnum):
    """Which decision led to a refund."""

    APPROVAL = "approval"
    INSPECTION = "inspection"
    VERDICT = "verdict"
    TIMEOUT = "timeout"
    NO_REPLACEMENT = "no_replacement"
    PRICE_DIFFERENCE = "price_difference"
    COMPENSATION = "compensation"
    NOT_REPAIRABLE = "not_repairable"
    AGREED = "agreed"


BY_VERDICT = frozenset({RefundCause.VERDICT, RefundCause.COMPENSATION})
"""What a verdict has ordered, which nothing else changes."""
BUYER_KEEPS_GOODS = frozenset({RefundCause.COMPENSATION, RefundCause.AGREED})
"""Refunds to a buyer who keeps the goods: they are for the units of which all is paid back, and lower the price of others."""
OF_FIXED_AMOUNT = BY_VERDICT | {RefundCause.PRICE_DIFFERENCE}
"""Refunds whose amount does not depend on other cases: tried again, they have the amount of the one that failed."""


class RefundState(StrEnum):
    """The states of a refund: requested from order-svc, then paid or refused; both are final."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundAction(StrEnum):
    """What order-svc reports of a refund."""

    SUCCEED = "succeed"
    FAIL = "fail"
    REVERSE = "reverse"


class Liable(StrEnum):
    """Who is liable: by the reason of a request, or as a verdict finds."""

    SELLER = "seller"
    BUYER = "buyer"
    COURIER = "courier"
    PLATFORM = "platform"
    NOBODY = "nobody"


# Towards the buyer the merchant is liable for these too, so the freight is owed.
MERCHANT_LIABLE = frozenset({Liable.SELLER, Liable.COURIER, Liable.PLATFORM})
