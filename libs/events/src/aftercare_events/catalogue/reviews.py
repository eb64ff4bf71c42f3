"""Requests for after-sale service and their review, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent, CaseLine, CaseStage, Initiator
from aftercare_events.catalogue.decisions import PolicyArticleId, PolicyVersion, RuleId, RulesVersion
from aftercare_events.catalogue.merchants import SettingsUsed
from aftercare_events.event import EventPart
from aftercare_events.fields import Code, Currency, DeadlineAt, Hash, Id, LineId, Minor, Quantity, Time
from aftercare_events.vocabulary import Vocabulary, one_of


class CaseReason(Vocabulary):
    """Why the buyer asks for after-sale service."""

    CHANGED_MIND = "changed_mind", "the buyer does not want the goods any more"
    WRONG_SIZE_OR_MODEL = "wrong_size_or_model", "the buyer chose a size or model that does not fit"
    ORDERED_BY_MISTAKE = "ordered_by_mistake", "the buyer did not mean to order"
    PRICE_DROPPED = "price_dropped", "the goods have become cheaper"
    NOT_AS_DESCRIBED = "not_as_described", "the goods differ from their description"
    QUALITY_DEFECT = "quality_defect", "the goods are defective"
    BELOW_STANDARD = "below_standard", "the goods do not meet the standard of quality that applies to them"
    DEAD_ON_ARRIVAL = "dead_on_arrival", "the goods did not work when they arrived"
    WRONG_ITEM = "wrong_item", "other goods were sent"
    MISSING_PARTS = "missing_parts", "parts are missing"
    PACKAGING_DAMAGED = "packaging_damaged", "the packaging of the goods is broken"
    SHORT_QUANTITY = "short_quantity", "fewer units were sent"
    COUNTERFEIT = "counterfeit", "the goods are not genuine"
    EXPIRED_OR_NEAR_EXPIRY = "expired_or_near_expiry", "the goods are past or near their expiry date"
    NO_LICENCE_INFO = "no_licence_info", "required licence information is missing"
    NOT_SHIPPED_IN_TIME = "not_shipped_in_time", "the order was not shipped in time"
    NO_TRACKING = "no_tracking", "the courier reports nothing"
    LOST_IN_TRANSIT = "lost_in_transit", "the parcel was lost"
    DAMAGED_IN_TRANSIT = "damaged_in_transit", "the goods were damaged on their way"
    EMPTY_PACKAGE = "empty_package", "the parcel was empty"
    DELIVERED_NOT_RECEIVED = "delivered_not_received", "reported as delivered, but the buyer does not have it"
    REFUSED_AT_DOOR = "refused_at_door", "the buyer did not accept the parcel"
    CALLED_BACK = "called_back", "the merchant or the platform has called the parcel back"
    WARRANTY_REPAIR = "warranty_repair", "a repair under warranty"
    PAID_REPAIR = "paid_repair", "a repair that no warranty covers"
    RECALL = "recall", "the goods were recalled"
    SAFETY_INCIDENT = "safety_incident", "the goods caused harm, or may"
    SERVICE_ATTITUDE = "service_attitude", "the way the buyer was treated"
    INVOICE_PROBLEM = "invoice_problem", "the invoice is missing or wrong"


class DecisionCause(Vocabulary):
    """How a decision of the merchant came about."""

    DECISION = "decision", "somebody decided"
    TIMEOUT = "timeout", "the merchant's time ran out"
    RULE = "rule", "a rule that the merchant has published decided"
    VERDICT = "verdict", "the verdict of a dispute about the case decided, or what its sides agreed on"


class RejectReason(Vocabulary):
    """Why a request, or returned goods, were refused."""

    OUTSIDE_WINDOW = "outside_window", "the after-sale window is over"
    FINAL_SALE_CATEGORY = "final_sale_category", "goods of this category are not taken back"
    USED_OR_AFFECTS_RESALE = "used_or_affects_resale", "the goods were used and cannot be sold again"
    WRONG_WAYBILL = "wrong_waybill", "the waybill is not that of the return"
    NOT_OUR_ITEM = "not_our_item", "the merchant did not sell these goods"
    EMPTY_RETURN = "empty_return", "the returned parcel was empty"
    PARTS_MISSING = "parts_missing", "parts are missing from the return"
    NO_DEFECT_FOUND = "no_defect_found", "the goods work"
    REASON_UNTRUE = "reason_untrue", "the stated reason does not hold"
    PACKAGE_IN_TRANSIT = "package_in_transit", "the parcel to the buyer is still on its way"
    AGREED_CANCEL = "agreed_cancel", "both sides agreed to cancel"
    DIFFERENCE_SMALLER = "difference_smaller", "the prices differ by less than was claimed"


class EscalationCause(Vocabulary):
    """Why an agent has to decide about a case."""

    REVIEW_HANDED_OVER = (
        "review_handed_over",
        "the review was handed over: by somebody, by a rule, or because an amount was not decided in time",
    )
    AGENT_LATE = "agent_late", "an agent has not decided in time"
    RETURN_NOT_DELIVERED = "return_not_delivered", "the returned goods were lost, or have not arrived in time"
    REFUND_LATE = "refund_late", "the refund is not done in time"
    REFUND_FAILED = "refund_failed", "the refund was refused, which is final"
    RETURN_ADDRESS_MISSING = "return_address_missing", "the merchant has not named the return address in time"
    ANSWER_LATE = "answer_late", "the merchant has not answered a question in time"
    REPLACEMENT_LATE = "replacement_late", "the replacement was not sent in time"
    REPLACEMENT_NOT_DELIVERED = "replacement_not_delivered", "the replacement was lost, or has not arrived in time"
    REPLACEMENT_ANOMALY = "replacement_anomaly", "the buyer reported that something is wrong with the replacement"
    REPAIR_LATE = "repair_late", "the merchant has not repaired the goods in time"
    RETURN_REFUSED = (
        "return_refused",
        "returned goods were refused: after their replacement, or where the merchant alone states that they came",
    )
    OFFLINE_REFUND_DENIED = "offline_refund_denied", "money that was said to be given back has not arrived"
    RETURN_MISSING = (
        "return_missing",
        "the courier reports the returned goods as delivered, and the merchant does not have them",
    )
    RETURN_ARRIVED_LATE = (
        "return_arrived_late",
        "the returned goods have arrived after the case was closed without them",
    )
    PAYMENT_DENIED = "payment_denied", "a payment that the buyer has stated was denied by the merchant"
    INSPECTION_LATE = "inspection_late", "the merchant has not inspected in time goods that were asked back late"
    GOODS_NOT_RETURNED = "goods_not_returned", "the buyer has not sent in time the goods that were replaced before"
    OFFLINE_REFUND_UNCONFIRMED = (
        "offline_refund_unconfirmed",
        "the buyer has not confirmed in time that money which was said to be given back has arrived",
    )
    PICKUP_REFUSED = "pickup_refused", "couriers have refused to collect the goods more than once"
    REFUND_REVERSED = "refund_reversed", "the refund was paid and came back to the merchant; it is owed to the buyer"


class HandlingReason(Vocabulary):
    """Why somebody handed a review over, or cancelled a request."""

    FACTS_UNCLEAR = "facts_unclear", "the platform has to find out what has happened"
    POLICY_UNCLEAR = "policy_unclear", "it is not clear what the policies say about it"
    BEYOND_AUTHORITY = "beyond_authority", "it is more than the one who hands it over may decide"
    ABUSE_SUSPECTED = "abuse_suspected", "after-sale service may be abused"
    AGREED_WITH_BUYER = "agreed_with_buyer", "it was agreed with the buyer"
    OTHER = "other", "something else, which a note may say"
    UNSPECIFIED = "unspecified", "neither a reason nor a note was given"


class AfterSaleRequested(CaseEvent):
    """A buyer asked for after-sale service. Has all that a consumer needs, so that it need not read the case."""

    matter: Code = "after_sale_request"
    reason: Annotated[Code, one_of(CaseReason, "why the buyer asks for after-sale service")]
    stage: Annotated[Code, one_of(CaseStage, "where the goods were")]
    lines: tuple[CaseLine, ...]
    requested_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None
    description_hash: Hash | None = None
    initiator: Annotated[Code | None, one_of(Initiator, "who opened the case")] = None
    reasons_version: Annotated[Quantity | None, Field(description="the version of the table of reasons")] = None
    reapplication_of: Annotated[
        Id | None, Field(description="the rejected case in whose place this one was asked for")
    ] = None
    settings: SettingsUsed = None
    not_received: Annotated[
        bool | None, Field(description="whether the buyer states that a parcel with these units did not reach them")
    ] = None


class AdjustmentBearer(Vocabulary):
    """Who bears what is granted of a price adjustment."""

    MERCHANT = "merchant", "the merchant"
    PLATFORM = "platform", "the platform"
    CREATOR = "creator", "a creator who promotes the goods"


class BearerShare(EventPart):
    """What somebody bears of an amount that was granted."""

    bearer: Annotated[Code, one_of(AdjustmentBearer, "who bears it")]
    amount_minor: Minor


class PriceGranted(EventPart):
    """What was granted for the units of a line whose price has dropped, by which prices of a unit, and who bears it."""

    line_id: LineId
    units: Quantity
    reference_minor: Annotated[Minor, Field(description="what a unit had cost")]
    checked_minor: Annotated[Minor, Field(description="what it is offered for")]
    checked_at: Annotated[Time | None, Field(description="when that was verified; absent where nobody did")] = None
    link_hash: Annotated[Hash | None, Field(description="digest of where the price was found")] = None
    granted_minor: Minor
    bearers: Annotated[tuple[BearerShare, ...], Field(description="their shares add up to what was granted")]


class AfterSaleApproved(CaseEvent):
    """The request was approved, by a decision or because the merchant's time ran out."""

    matter: Code = "after_sale_review"
    cause: Annotated[Code, one_of(DecisionCause, "how it was approved")]
    deadline_at: DeadlineAt = None
    return_address_missing: Annotated[
        bool | None, Field(description="whether the goods are to be sent back and it is not known yet where to")
    ] = None
    granted_minor: Annotated[
        Quantity | None, Field(description="of an amount that the applicant named: what is granted of it")
    ] = None
    currency: Annotated[Currency | None, Field(description="of `granted_minor`")] = None
    reduction_reason: Annotated[Code | None, one_of(RejectReason, "why less was granted than was asked for")] = None
    prices: Annotated[
        tuple[PriceGranted, ...] | None,
        Field(description="of a price adjustment that was granted by amounts, line by line"),
    ] = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
    rules_version: RulesVersion = None
    rule_id: RuleId = None
    settings: SettingsUsed = None


class AfterSaleRejected(CaseEvent):
    """The request, or the returned goods, were refused with a reason; the buyer may complain."""

    matter: Code = "after_sale_review"
    reason: Annotated[Code, one_of(RejectReason, "why it was refused")]
    deadline_at: DeadlineAt = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class AfterSaleEscalated(CaseEvent):
    """An agent has to decide about the case."""

    matter: Code = "after_sale_escalation"
    cause: Annotated[Code, one_of(EscalationCause, "why")]
    reason: Annotated[
        Code | None, one_of(HandlingReason, "why somebody handed it over; absent where nobody did, or a note says it")
    ] = None
    deadline_at: DeadlineAt = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
    rules_version: RulesVersion = None
    rule_id: RuleId = None
