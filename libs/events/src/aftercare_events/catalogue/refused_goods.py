"""What becomes of goods that a merchant has refused after they came back, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events.catalogue.claims import ClaimEvent
from aftercare_events.catalogue.decisions import DecisionId, PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.fields import (
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Hash,
    Minor,
    PreviousCarrier,
    PreviousWaybillNo,
    WaybillNo,
)
from aftercare_events.vocabulary import Vocabulary, one_of


class RefusedGoodsState(Vocabulary):
    """The states of a claim to refused goods."""

    AWAIT_DISPATCH = "await_dispatch", "the merchant has to send them to the buyer"
    IN_TRANSIT = "in_transit", "they are on their way to the buyer"
    AWAIT_CONFIRMATION = (
        "await_confirmation",
        "the courier reports them as delivered, and the buyer may report that they are not there",
    )
    UNDER_REVIEW = "under_review", "an agent has to decide: they were not sent, or have not arrived"
    LOST = "lost", "they are lost, and an agent has to decide what is owed"
    AWAIT_PAYMENT = "await_payment", "the merchant has to pay a compensation"
    DELIVERED = "delivered", "ended: the buyer has them"
    KEPT = "kept", "ended: it was agreed that the merchant keeps them"
    ABANDONED = "abandoned", "ended: the buyer has given them up"
    COMPENSATED = "compensated", "ended: a compensation was paid"
    NOTHING_OWED = "nothing_owed", "ended: nothing is owed for them"
    WITHDRAWN = "withdrawn", "ended: the case decides anew about them"


class RefusedGoodsDelay(Vocabulary):
    """Why the time for refused goods has passed."""

    NOT_SENT = "not_sent", "the merchant has not sent them in time"
    NOT_DELIVERED = "not_delivered", "they go back to the merchant, or have not arrived in time"
    PLATFORM_LATE = "platform_late", "no agent has decided in time"
    PAYMENT_LATE = "payment_late", "the merchant has not paid in time"


class NothingOwedReason(Vocabulary):
    """Why nothing is owed for refused goods."""

    GOODS_NOT_OF_ORDER = "goods_not_of_order", "they are not the goods of the order"
    GOODS_WORTHLESS = "goods_worthless", "they were worth nothing"
    REFUNDED_OTHERWISE = "refunded_otherwise", "the buyer has got money or other goods for them"
    BUYER_UNREACHABLE = "buyer_unreachable", "the buyer does not take them"


class RefusedGoodsEvent(ClaimEvent):
    """What every event of a claim to refused goods carries."""

    state: Annotated[Code, one_of(RefusedGoodsState, "the claim's state after this event")]


class RefusedGoodsClaimOpened(RefusedGoodsEvent):
    """A merchant has goods that go back to the buyer, and has to send them in time."""

    matter: Code = "refused_goods_opening"
    lines: tuple[ShippedLine, ...]
    claimed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class RefusedGoodsDispatched(RefusedGoodsEvent):
    """Refused goods are on their way to the buyer in this parcel, or its waybill was corrected."""

    matter: Code = "refused_goods_dispatch"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    previous_carrier: PreviousCarrier = None
    previous_waybill_no: PreviousWaybillNo = None
    deadline_at: DeadlineAt = None


class RefusedGoodsLate(RefusedGoodsEvent):
    """Time has passed, and an agent has to act."""

    matter: Code = "refused_goods_delay"
    cause: Annotated[Code, one_of(RefusedGoodsDelay, "whose time it was")]
    deadline_at: DeadlineAt = None


class RefusedGoodsArrived(RefusedGoodsEvent):
    """The courier reports refused goods as delivered; until the deadline the buyer may report that they are not there."""

    matter: Code = "refused_goods_arrival"
    deadline_at: DeadlineAt = None


class RefusedGoodsNotReceived(RefusedGoodsEvent):
    """The buyer does not have refused goods that the courier reports as delivered; an agent has to act."""

    matter: Code = "refused_goods_objection"
    deadline_at: DeadlineAt = None


class RefusedGoodsLost(RefusedGoodsEvent):
    """Refused goods are lost, as their courier or an agent says; an agent has to decide what is owed."""

    matter: Code = "refused_goods_loss"
    deadline_at: DeadlineAt = None


class RefusedGoodsDispatchOrdered(RefusedGoodsEvent):
    """An agent has the merchant send refused goods, for the first time or once more."""

    matter: Code = "refused_goods_order"
    deadline_at: DeadlineAt = None


class RefusedGoodsCompensationProposed(RefusedGoodsEvent):
    """An agent wants a merchant to owe this much for lost goods, which another agent has to confirm."""

    OF_PLATFORM: ClassVar[bool] = True
    matter: Code = "refused_goods_compensation"
    amount_minor: Minor
    currency: Currency
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class RefusedGoodsCompensationDecided(RefusedGoodsEvent):
    """The merchant owes this much for refused goods that are lost; it is paid outside the suite."""

    matter: Code = "refused_goods_compensation"
    owed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class RefusedGoodsClaimClosed(RefusedGoodsEvent):
    """A claim to refused goods has ended, as its state says."""

    matter: Code = "refused_goods_end"
    reason: Annotated[
        Code | None, one_of(NothingOwedReason, "why nothing is owed; absent where it has ended otherwise")
    ] = None
    paid_minor: Minor
    currency: Currency
    reference_hash: Annotated[
        Hash | None, Field(description="the digest of the reference of the payment; absent without one")
    ] = None
    evidence: Annotated[
        tuple[Hash, ...], Field(description="hashes of what shows that both sides agree that the merchant keeps them")
    ] = ()
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
