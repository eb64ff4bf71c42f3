"""Referrals 转交: a conversation is handed from the platform's customer service to the merchant's, and back."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Context, Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Kind, Refusal

from cs_svc.domain.conversations import (
    CONVERSATION,
    Conversation,
    ConversationAction,
    ServedBy,
)
from cs_svc.domain.permissions import AGENT_OR_SELLER, SYSTEM_ONLY


class ReferralState(StrEnum):
    """The states of a referral. `lapsed`: the conversation was closed, merged, or is no longer what was offered."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LAPSED = "lapsed"


class ReferralAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    LAPSE = "lapse"


class ReferralLapse(StrEnum):
    """Why an offer lapsed that nobody had answered."""

    CLOSED = "closed"
    MERGED = "merged"
    TAKEN_BACK = "taken_back"
    CUSTOMER_CHANGED = "customer_changed"


SIDES = {"agent": ServedBy.PLATFORM, "seller": ServedBy.MERCHANT}
"""For whom people act in referrals, by their role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One offer to serve a conversation from now on.

    `offered_to` is who is to serve it. `order_id` is the order by which the conversation concerns the merchant. `shared_from` is the place of the
    first message that a merchant's people are to see, None where those before the acceptance are not shared; without meaning where they see the
    conversation already. `answer` is why it was declined. `deadline_at` is when the offer expires.
    """

    id: str
    version: int
    state: ReferralState
    conversation_id: str
    buyer_id: str
    order_id: str
    merchant_id: str
    offered_to: ServedBy
    reason: str
    shared_from: str | None
    offered_by: str
    answered_by: str | None = None
    answer: str | None = None
    deadline_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class OtherSideActs(Refusal):
    """Who offers a conversation withdraws the offer, and the others accept or decline it; `side` is who may act."""

    kind, code = Kind.FORBIDDEN, "other_side_only"
    zh = "此操作只能由对方（{side}）进行。"
    en = "Only the other side ({side}) may do this."


class NotServed(Refusal):
    """Somebody offers a conversation that the others serve; `served_by` is who does."""

    kind, code = Kind.CONFLICT, "not_served"
    zh = "该会话当前由对方（{served_by}）处理，不能由您转交。"
    en = "The others ({served_by}) serve this conversation; it is not yours to refer."


class ReferralOpen(Refusal):
    """The conversation is offered already; `referral_id` is the offer."""

    kind, code = Kind.CONFLICT, "referral_open"
    zh = "该会话已有待对方处理的转交：{referral_id}。"
    en = "The conversation is offered already: {referral_id}."


class OrderNeeded(Refusal):
    """A conversation about no order concerns no merchant."""

    kind, code = Kind.INVALID, "order_needed"
    zh = "该会话未关联订单，请填写顾客在该商家的订单。"
    en = "The conversation is about no order; name the customer's order with the merchant."


class AboutAnotherOrder(Refusal):
    """The conversation is about the order `order_id`, and another one is named."""

    kind, code = Kind.INVALID, "about_another_order"
    zh = "该会话关联的是订单 {order_id}。"
    en = "The conversation is about the order {order_id}."


def _refuse_sender(referral: Referral, side: ServedBy | None) -> OtherSideActs | None:
    return None if side in (None, referral.offered_to) else OtherSideActs(side=referral.offered_to)


def _refuse_receiver(referral: Referral, side: ServedBy | None) -> OtherSideActs | None:
    other = ServedBy.MERCHANT if referral.offered_to is ServedBy.PLATFORM else ServedBy.PLATFORM
    return OtherSideActs(side=other) if side is referral.offered_to else None


_BY_RECEIVER = (Guard(OtherSideActs.code, _refuse_sender),)
_BY_SENDER = (Guard(OtherSideActs.code, _refuse_receiver),)
_S, _A = ReferralState, ReferralAction
REFERRAL: Lifecycle[ReferralState, ReferralAction] = Lifecycle(
    "referral",
    initial=_S.OFFERED,
    transitions={
        (_S.OFFERED, _A.ACCEPT): Transition(_S.ACCEPTED, AGENT_OR_SELLER, guards=_BY_RECEIVER),
        (_S.OFFERED, _A.DECLINE): Transition(_S.DECLINED, AGENT_OR_SELLER, guards=_BY_RECEIVER),
        (_S.OFFERED, _A.WITHDRAW): Transition(_S.WITHDRAWN, AGENT_OR_SELLER, guards=_BY_SENDER),
        (_S.OFFERED, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
        (_S.OFFERED, _A.LAPSE): Transition(_S.LAPSED, SYSTEM_ONLY),
    },
    timeouts={_S.OFFERED: Timeout("receiver", "referral_hours", _A.EXPIRE, "offer_expires")},
    ends={_S.ACCEPTED, _S.DECLINED, _S.WITHDRAWN, _S.EXPIRED, _S.LAPSED},
)


def check_offer(conversation: Conversation, role: str, context: Context) -> ServedBy:
    """To whom an actor of this role may offer the conversation. Raises: NotServed, IllegalTransition, ActionNotAllowed."""
    CONVERSATION.apply(conversation, ConversationAction.REFER, context)
    side = SIDES[role]
    if conversation.served_by is not side:
        raise NotServed(served_by=conversation.served_by)
    return ServedBy.MERCHANT if side is ServedBy.PLATFORM else ServedBy.PLATFORM


def referred(conversation: Conversation, referral: Referral, agent_id: str | None, context: Context) -> Conversation:
    """The open conversation that is served as was offered: by this agent, or by the people of the merchant, whose order it is about from now on.

    They see all of it where they did before, else the messages that are shared, and those from now on.
    """
    served = CONVERSATION.apply(conversation, ConversationAction.SERVE, context)
    shared = conversation.merchant_sees_from
    if conversation.merchant_id is None:
        shared = referral.shared_from or f"{int(conversation.last_place) + 1:08d}"
    return replace(
        served,
        served_by=referral.offered_to,
        order_id=conversation.order_id or referral.order_id,
        merchant_id=conversation.merchant_id or referral.merchant_id,
        merchant_sees_from=shared,
        agent_id=agent_id,
        bot_in_charge=False,
        snoozed_until=None,
    )
