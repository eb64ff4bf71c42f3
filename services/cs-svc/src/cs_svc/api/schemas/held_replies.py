"""Bodies of replies that wait for the approval of another agent."""

from typing import Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    In,
    Money,
    Out,
    Time,
    UpdatedAt,
    Utterance,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor

from cs_svc.api.schemas.conversations import CitationOut
from cs_svc.domain.held_replies import HELD_REPLY, HeldReply, HeldReplyState


class DeclineReplyIn(In):
    """Why a reply is not sent."""

    model_config = example(reason="金额超出赔付标准，请先与主管确认")

    reason: Utterance
    """Why; agents read it, the buyer does not."""


class HeldReplyOut(Out):
    """A reply that names an amount above the limit."""

    id: str
    """Identifies the reply: `hrp_…`."""
    version: Version
    state: HeldReplyState
    """`awaiting` until another agent decides; `approved`: it was sent."""
    conversation_id: str
    """The conversation."""
    author_id: str
    """The agent who wrote it."""
    text: str
    """What the buyer is to read."""
    citations: list[CitationOut]
    """The articles that it relies on."""
    case_id: str | None
    """The case for which it is an answer; null where it is for none."""
    amount: Money
    """The highest amount above the limit that it names."""
    decided_by: str | None
    """The agent who approved or declined it; null where nobody did."""
    reason: str | None
    """Why it was declined; null where it was not."""
    message_id: str | None
    """The message that was sent; null where none was."""
    deadline_at: Time | None
    """When it expires and is not sent; null where that is decided."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, reply: HeldReply, actor: Actor) -> Self:
        """The reply with what this actor may do."""
        allowed = HELD_REPLY.allowed(reply, actor, actor.id)
        amount = Money(amount=reply.amount_minor, currency=reply.currency)
        cited = [CitationOut.model_validate(each) for each in reply.citations]
        return cls.of_row(reply, allowed_actions=AllowedOut.of(allowed), amount=amount, citations=cited)
