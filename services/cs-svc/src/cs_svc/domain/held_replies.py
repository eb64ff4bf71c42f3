"""Held replies 待复核回复: what an agent writes with an amount above a limit is sent after another agent has approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_language.amounts import NamedAmount, amounts_in

from cs_svc.domain.conversations import Citation
from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY

_MOST_MINOR = 10**15


class HeldReplyState(StrEnum):
    """The states of a held reply. `lapsed`: its conversation was closed, merged, or belongs to another buyer."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LAPSED = "lapsed"


class HeldReplyAction(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReply:
    """One reply that waits, or waited, for another agent.

    `amount_minor` is the highest amount above its limit that it names, in the smallest unit of `currency`. `decided_by` approved or declined it, with
    the `reason`; `message_id` is the message that was sent. `deadline_at` is when it expires.
    """

    id: str
    version: int
    state: HeldReplyState
    conversation_id: str
    buyer_id: str
    author_id: str
    text: str
    citations: list[Citation]
    case_id: str | None
    suggestion_id: str | None
    amount_minor: int
    currency: str
    decided_by: str | None = None
    reason: str | None = None
    message_id: str | None = None
    deadline_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class ApprovalNeeded(Refusal):
    """The reply names an amount above the limit; `amount` is in the smallest unit of `currency`."""

    kind, code = Kind.CONFLICT, "approval_needed"
    zh = "回复中的金额 {amount:money} 超过限额，需由另一名客服复核后发送。"
    en = "The reply names an amount above the limit: {amount:money}; another agent has to approve it."


class NoApprovalNeeded(Refusal):
    """The reply names no amount above the limit: it is posted as a message."""

    kind, code = Kind.CONFLICT, "no_approval_needed"
    zh = "该回复无需复核，请直接发送。"
    en = "The reply needs no approval; post it as a message."


class NotByAuthor(Refusal):
    """Somebody decides about a reply of their own."""

    kind, code = Kind.FORBIDDEN, "not_by_author"
    zh = "不能复核自己的回复。"
    en = "Another agent than its author has to decide."


class ByAuthorOnly(Refusal):
    """Somebody withdraws the reply of another agent."""

    kind, code = Kind.FORBIDDEN, "by_author_only"
    zh = "只有作者可以撤回。"
    en = "Only its author withdraws it."


def _refuse_author(reply: HeldReply, actor_id: str | None) -> NotByAuthor | None:
    return NotByAuthor() if actor_id == reply.author_id else None


def _refuse_others(reply: HeldReply, actor_id: str | None) -> ByAuthorOnly | None:
    return None if actor_id in (None, reply.author_id) else ByAuthorOnly()


_BY_ANOTHER = (Guard(NotByAuthor.code, _refuse_author),)
_S, _A = HeldReplyState, HeldReplyAction
HELD_REPLY: Lifecycle[HeldReplyState, HeldReplyAction] = Lifecycle(
    "held reply",
    initial=_S.AWAITING,
    transitions={
        (_S.AWAITING, _A.APPROVE): Transition(_S.APPROVED, AGENT, guards=_BY_ANOTHER),
        (_S.AWAITING, _A.DECLINE): Transition(_S.DECLINED, AGENT, guards=_BY_ANOTHER),
        (_S.AWAITING, _A.WITHDRAW): Transition(_S.WITHDRAWN, AGENT, guards=(Guard(ByAuthorOnly.code, _refuse_others),)),
        (_S.AWAITING, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
        (_S.AWAITING, _A.LAPSE): Transition(_S.LAPSED, SYSTEM_ONLY),
    },
    timeouts={_S.AWAITING: Timeout("agent", "held_reply_hours", _A.EXPIRE, "reply_expires")},
    ends={_S.APPROVED, _S.DECLINED, _S.WITHDRAWN, _S.EXPIRED, _S.LAPSED},
)


def above_limit(text: str, merchant_id: str | None, limits: Mapping[str, int]) -> NamedAmount | None:
    """The highest amount of the text that is above its limit: that of the merchant (`m-1.CNY`), else of the currency; in a currency without one each is.

    None where no limit is set, or no amount is above it.
    """
    if not limits:
        return None
    above = [
        NamedAmount(min(each.minor, _MOST_MINOR), each.currency)
        for each in amounts_in(text)
        if each.minor > limits.get(f"{merchant_id}.{each.currency}", limits.get(each.currency, 0))
    ]
    return max(above, key=lambda each: each.minor, default=None)
