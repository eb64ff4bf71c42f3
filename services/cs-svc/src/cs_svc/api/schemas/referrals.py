"""Bodies of conversations that are offered to the merchant's customer service, and back."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Out,
    Time,
    UpdatedAt,
    Utterance,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor
from pydantic import StringConstraints

from cs_svc.api.schemas.shared import ORDER_ID
from cs_svc.domain.conversations import ServedBy
from cs_svc.domain.referrals import REFERRAL, SIDES, Referral, ReferralState


class ReferIn(In):
    """Why a conversation is offered to the other side, and what a merchant's people are to see."""

    model_config = example(reason="需要商家核对发货清单", order_id=ORDER_ID, shared_from="00000003")

    reason: Utterance
    """Why; both sides read it, the buyer does not."""
    order_id: Id | None = None
    """The customer's order with the merchant; left out where the conversation is about one."""
    shared_from: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] | None = None
    """The place of the first message that the merchant's people are to see; left out: those from the acceptance on. It has no effect where the
    conversation is about an order of theirs, and they see all of it."""


class DeclineReferralIn(In):
    """Why the other side does not take the conversation."""

    model_config = example(reason="与发货无关，请平台处理")

    reason: Utterance
    """Why; both sides read it."""


class ReferralOut(Out):
    """The offer of a conversation to the other side."""

    id: str
    """Identifies the offer: `rfr_…`."""
    version: Version
    state: ReferralState
    """`offered` until the other side answers."""
    conversation_id: str
    """The conversation."""
    buyer_id: str
    """Whose it is."""
    order_id: str
    """The order by which it concerns the merchant."""
    merchant_id: str
    """The merchant."""
    offered_to: ServedBy
    """Who is to serve it."""
    reason: str
    """Why it is offered."""
    shared_from: str | None
    """The place of the first message that is shared with the merchant; null: those from the acceptance on."""
    offered_by: str
    """The person who offered it."""
    answered_by: str | None
    """The person who accepted or declined it; null where nobody did."""
    answer: str | None
    """Why it was declined; null where it was not."""
    deadline_at: Time | None
    """When the offer expires; null where it has ended."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, referral: Referral, actor: Actor) -> Self:
        """The offer with what this actor may do."""
        allowed = REFERRAL.allowed(referral, actor, SIDES.get(actor.role))
        return cls.of_row(referral, allowed_actions=AllowedOut.of(allowed))
