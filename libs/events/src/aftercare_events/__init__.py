"""The events of Aftercare, and how they are carried by Kafka.

The classes are in `catalogue`, one module per aggregate, each with the vocabularies of its fields; everything else here is
the same for all events.
"""

from aftercare_events import codec
from aftercare_events.catalogue.articles import ArticleDrafted, ArticleEvent, ArticlePublished, ArticleRetired
from aftercare_events.catalogue.case_progress import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleFrozen,
    AfterSaleRestaged,
    AfterSaleResumed,
)
from aftercare_events.catalogue.case_refunds import AfterSaleRefundFailed, RefundRequested
from aftercare_events.catalogue.cases import CaseEvent, CaseLine
from aftercare_events.catalogue.complaints import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintEvent,
    ComplaintOpened,
    ComplaintOverdue,
    ComplaintResolved,
)
from aftercare_events.catalogue.consultations import ConsultationAnswered, ConsultationContinued
from aftercare_events.catalogue.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationEvent,
    ConversationOpened,
    ConversationOverdue,
    ConversationReopened,
    MessagePosted,
)
from aftercare_events.catalogue.disputes import (
    DisputeAnswered,
    DisputeEscalated,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    EvidenceAdded,
    VerdictGiven,
)
from aftercare_events.catalogue.feedback import (
    FeedbackAnswered,
    FeedbackEvent,
    FeedbackImproved,
    FeedbackReceived,
    RatingChanged,
    RatingEvent,
    RatingGiven,
)
from aftercare_events.catalogue.insights import AlertRaised, ForecastPublished, InsightEvent
from aftercare_events.catalogue.merchants import CaseRulesPublished, DefaultReturnAddressSet, MerchantEvent
from aftercare_events.catalogue.orders import (
    LineAfterSale,
    OrderAddressChanged,
    OrderAfterSaleChanged,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderLine,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
)
from aftercare_events.catalogue.parcels import ParcelEvent, ParcelRegistered, ParcelStatusChanged, ShippedLine
from aftercare_events.catalogue.payments import (
    PaymentEvent,
    PaymentFailed,
    PaymentStarted,
    PaymentSucceeded,
    RefundEvent,
    RefundFailed,
    RefundSubmitted,
    RefundSucceeded,
    RefundUnknown,
)
from aftercare_events.catalogue.returns import (
    InspectedLine,
    ReturnAddressGiven,
    ReturnDelivered,
    ReturnInspected,
    ReturnScanned,
    ReturnShipped,
    ReturnWaybillCorrected,
)
from aftercare_events.catalogue.reviews import (
    AfterSaleApproved,
    AfterSaleEscalated,
    AfterSaleRejected,
    AfterSaleRequested,
)
from aftercare_events.catalogue.sanctions import SanctionEvent, SanctionImposed, SanctionLifted
from aftercare_events.envelope import MAX_DATA_BYTES, Envelope, EventTooLarge
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import digest
from aftercare_events.registry import EVENTS, UPCASTERS, WrongSchema, upcaster
from aftercare_events.topics import TOPICS, Topic
from aftercare_events.trace import TraceFields, trace_fields

__all__ = [
    "EVENTS",
    "MAX_DATA_BYTES",
    "TOPICS",
    "UPCASTERS",
    "AfterSaleApproved",
    "AfterSaleCancelled",
    "AfterSaleClosed",
    "AfterSaleCompleted",
    "AfterSaleEscalated",
    "AfterSaleFrozen",
    "AfterSaleRefundFailed",
    "AfterSaleRejected",
    "AfterSaleRequested",
    "AfterSaleRestaged",
    "AfterSaleResumed",
    "AlertRaised",
    "ArticleDrafted",
    "ArticleEvent",
    "ArticlePublished",
    "ArticleRetired",
    "CaseEvent",
    "CaseLine",
    "CaseRulesPublished",
    "ComplaintAnswered",
    "ComplaintEscalated",
    "ComplaintEvent",
    "ComplaintOpened",
    "ComplaintOverdue",
    "ComplaintResolved",
    "ConsultationAnswered",
    "ConsultationContinued",
    "ConversationAssigned",
    "ConversationClosed",
    "ConversationEvent",
    "ConversationOpened",
    "ConversationOverdue",
    "ConversationReopened",
    "DefaultReturnAddressSet",
    "DisputeAnswered",
    "DisputeEscalated",
    "DisputeEvent",
    "DisputeExecuted",
    "DisputeOpened",
    "DisputeWithdrawn",
    "Envelope",
    "Event",
    "EventPart",
    "EventTooLarge",
    "EvidenceAdded",
    "FeedbackAnswered",
    "FeedbackEvent",
    "FeedbackImproved",
    "FeedbackReceived",
    "ForecastPublished",
    "InsightEvent",
    "InspectedLine",
    "LineAfterSale",
    "MerchantEvent",
    "MessagePosted",
    "OrderAddressChanged",
    "OrderAfterSaleChanged",
    "OrderCancelled",
    "OrderCompleted",
    "OrderCreated",
    "OrderDelivered",
    "OrderEvent",
    "OrderLine",
    "OrderPaid",
    "OrderReceiptConfirmed",
    "OrderShipped",
    "ParcelEvent",
    "ParcelRegistered",
    "ParcelStatusChanged",
    "PaymentEvent",
    "PaymentFailed",
    "PaymentStarted",
    "PaymentSucceeded",
    "RatingChanged",
    "RatingEvent",
    "RatingGiven",
    "RefundEvent",
    "RefundFailed",
    "RefundRequested",
    "RefundSubmitted",
    "RefundSucceeded",
    "RefundUnknown",
    "ReturnAddressGiven",
    "ReturnDelivered",
    "ReturnInspected",
    "ReturnScanned",
    "ReturnShipped",
    "ReturnWaybillCorrected",
    "SanctionEvent",
    "SanctionImposed",
    "SanctionLifted",
    "ShippedLine",
    "Topic",
    "TraceFields",
    "VerdictGiven",
    "WrongSchema",
    "codec",
    "digest",
    "trace_fields",
    "upcaster",
]
