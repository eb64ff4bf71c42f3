"""After-sale cases, published by aftersale-svc: what every event of a case carries.

The events are in `reviews`, `offers`, `returns`, `pickups`, `replacements`, `repairs`, `fast_exchanges`, `case_refunds`, `offline_refunds` and `case_progress`.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.deadlines import DeadlineChange
from aftercare_events.catalogue.decisions import DecisionId
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import BuyerId, CaseId, Code, Id, LineId, MerchantId, Minor, OrderId, Quantity
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class CaseType(Vocabulary):
    """What the buyer asks for."""

    RETURN_REFUND = "return_refund", "the goods go back, then the money"
    REFUND_ONLY = "refund_only", "the money goes back, the goods stay where they are"
    CANCEL_UNSHIPPED = "cancel_unshipped", "units that have not left are not sent, and their money goes back"
    CONSULT = "consult", "a question about units; nothing is held and no money moves"
    RESHIP_PARTS = "reship_parts", "what is missing is sent, nothing goes back"
    PRICE_ADJUST = "price_adjust", "the buyer keeps the goods and gets a part of their price back"
    REFUSED_DELIVERY = "refused_delivery", "the buyer refused the parcel at the door; it goes back, then the money"
    EXCHANGE = "exchange", "the goods go back, and others are sent"
    REPAIR = "repair", "the merchant repairs the goods and sends them to the buyer again"
    FAST_EXCHANGE = "fast_exchange", "others are sent, then the goods go back; their money is held meanwhile"


class Initiator(Vocabulary):
    """Who opened a case."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant, for the buyer or by itself"
    AGENT = "agent", "an agent of the platform"
    PLATFORM = "platform", "the platform"
    SYSTEM = "system", "the suite itself, by the report of a courier"


class CaseState(Vocabulary):
    """The states of a case."""

    PENDING_REVIEW = "pending_review", "the merchant has to review the request"
    MANUAL_REVIEW = "manual_review", "an agent has to decide"
    OFFER_PENDING = "offer_pending", "the buyer has to answer an offer"
    AWAIT_SUPPLEMENT = "await_supplement", "the buyer has to supply what was asked for"
    AWAIT_BUYER_SHIPMENT = "await_buyer_shipment", "approved; the buyer has to send the goods"
    AWAIT_PICKUP = "await_pickup", "a pickup is booked; a courier has to collect the goods"
    RETURN_IN_TRANSIT = "return_in_transit", "the goods are on their way back"
    AWAIT_INSPECTION = "await_inspection", "the merchant has the goods and has to inspect them"
    REJECTED = "rejected", "refused; the buyer may accept that or complain"
    AWAIT_ANSWER = "await_answer", "a question; the merchant has to answer it"
    ANSWERED = "answered", "the question was answered; the buyer may ask again"
    REFUNDING = "refunding", "a refund was requested from order-svc"
    AWAIT_RESHIP = "await_reship", "the merchant has to send a replacement"
    RESHIP_IN_TRANSIT = "reship_in_transit", "a replacement was sent; the buyer confirms that it has arrived"
    IN_REPAIR = "in_repair", "the merchant has the goods and has to repair them"
    QUOTE_PENDING = "quote_pending", "the buyer has to agree to what the repair costs, and to pay it"
    REMEDY_PENDING = "remedy_pending", "the goods cannot be repaired; the buyer chooses what happens instead"
    OFFLINE_REFUND_CONFIRM = (
        "offline_refund_confirm",
        "money was given back without the provider; the buyer has to confirm it",
    )
    DISPUTED = "disputed", "stopped by a dispute"
    COMPLETED = "completed", "ended: what was asked for has been done"
    CLOSED = "closed", "ended: what was asked for has not been done"
    CANCELLED = "cancelled", "ended by the buyer"


class GoodsOutcome(Vocabulary):
    """What happens to the goods if the case is completed."""

    KEEP = "keep", "they stay where they are: with the buyer, or with the merchant if they have not left"
    RETURN = "return", "they go back to the merchant"
    EXCHANGE = "exchange", "they go back, and others are sent"
    REPAIR = "repair", "they are repaired and go to the buyer again"
    NONE = "none", "nothing: they go to the buyer, or stay there, as ordered"


class MoneyOutcome(Vocabulary):
    """What is paid if the case is completed."""

    REFUND = "refund", "the buyer gets money back"
    CHARGE = "charge", "the buyer pays"
    NONE = "none", "no money moves"


class CaseStage(Vocabulary):
    """Where the goods were when after-sale service was asked for."""

    PRE_SHIP = "pre_ship", "none of the case's units had left the merchant"
    IN_TRANSIT = "in_transit", "they were on their way to the buyer, or have left since the case was opened"
    POST_RECEIPT = "post_receipt", "the buyer had them"


_OF_GOODS = frozenset(GoodsOutcome) - {GoodsOutcome.NONE}
_OF_MONEY = frozenset(MoneyOutcome) - {MoneyOutcome.NONE}
_ENDS = frozenset({CaseState.COMPLETED, CaseState.CLOSED, CaseState.CANCELLED})


class CaseLine(EventPart):
    """Units of one order line that the case is about, with the money that belongs to them."""

    line_id: LineId
    sku: Id
    quantity: Quantity
    amount_minor: Minor


class CaseEvent(Event):
    """What every event of a case carries."""

    TOPIC: ClassVar[Topic] = topics.CASES
    KEY: ClassVar[str] = "case_id"

    case_id: CaseId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    case_type: Annotated[Code, one_of(CaseType, "what is asked for")]
    state: Annotated[Code, one_of(CaseState, "the case's state after this event")]
    terminal: Annotated[
        bool | None,
        Field(description="whether the case has ended; only a dispute within its window can open it again"),
    ] = None
    goods: Annotated[Code | None, one_of(GoodsOutcome, "what happens to the goods if the case is completed")] = None
    money: Annotated[Code | None, one_of(MoneyOutcome, "what is paid if the case is completed")] = None

    on_behalf_of: Annotated[
        BuyerId | None,
        Field(description="the buyer for whom the handler, an agent, has acted; absent where nobody did"),
    ] = None
    decision_id: DecisionId = None
    deadlines: Annotated[
        tuple[DeadlineChange, ...],
        Field(description="what becomes of the deadline; empty where that goes on as it was"),
    ] = ()

    @property
    def is_terminal(self) -> bool:
        """Return whether the case has ended; in events without `terminal`, by the state."""
        return self.state in _ENDS if self.terminal is None else self.terminal

    @property
    def is_question(self) -> bool:
        """Return whether the case has nothing to do with where the goods are, nor with money."""
        return self.goods == GoodsOutcome.NONE and self.money == MoneyOutcome.NONE

    @property
    def goods_outcome(self) -> str:
        """Return what happens to the goods if the case is completed, a GoodsOutcome or a newer code; in events without `goods`, by the type."""
        if self.goods is not None:
            return self.goods
        return GoodsOutcome.KEEP if self.case_type == CaseType.REFUND_ONLY else GoodsOutcome.RETURN

    @property
    def may_be_question(self) -> bool:
        """Return whether nothing shows that it is about goods or money; a code that this build does not know shows nothing."""
        return self.goods is not None and self.goods not in _OF_GOODS and self.money not in _OF_MONEY
