"""Bodies of complaints."""

from dataclasses import asdict
from typing import Annotated, Literal, Self

from aftercare_chassis.http.schemas import AllowedOut, Id, In, Out, Text, Time, example
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import Actor
from pydantic import Field

from cs_svc.api.schemas.shared import CASE_ID, ORDER_ID
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintReply,
    ComplaintState,
)

ComplaintTurn = Annotated[str, TurnOf("ComplaintTurn", COMPLAINT)]


class ComplaintIn(In):
    """A complaint about an after-sale case or an order; at least one of the two ids is needed."""

    model_config = example(
        channel="web", order_id=ORDER_ID, case_id=CASE_ID, category="unfair_rejection", text="商家无理由拒绝退货。"
    )

    channel: ComplaintChannel
    order_id: Id | None = None
    case_id: Id | None = None
    category: ComplaintCategory
    text: Text


class ResolveIn(In):
    """The outcome of a complaint that an agent resolves."""

    model_config = example(outcome="explained")

    outcome: Literal["upheld", "explained", "unfounded", "withdrawn"]


class AnswerOut(Out):
    """An agent's reply to a complaint."""

    id: str
    author_id: str
    text: str
    answered_at: Time


class ComplaintOut(Out):
    """A complaint without its replies."""

    id: str
    version: int
    state: ComplaintState
    channel: ComplaintChannel
    category: ComplaintCategory
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    opened_by: str
    text: str
    dispute_id: str | None
    outcome: ComplaintOutcome | None
    whose_turn: Annotated[
        ComplaintTurn | None,
        Field(description="`dispute` while a dispute decides; null once the complaint is resolved."),
    ]
    answer_due_at: Annotated[Time | None, Field(description="When the first reply is due; null once there is one.")]
    overdue_at: Annotated[
        Time | None, Field(description="When the first reply was found to be overdue, also where it was given since.")
    ]
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time
    resolved_at: Time | None

    @classmethod
    def of(cls, complaint: Complaint, actor: Actor) -> Self:
        """The complaint with what this actor may do."""
        return cls.model_validate(_shown(complaint, actor))


class ComplaintWithAnswersOut(ComplaintOut):
    """A complaint and the replies to it, oldest first."""

    answers: list[AnswerOut]

    @classmethod
    def with_replies(cls, complaint: Complaint, actor: Actor, replies: list[ComplaintReply]) -> Self:
        """The complaint with these replies."""
        answers = [AnswerOut.model_validate(reply) for reply in replies]
        return cls.model_validate({**_shown(complaint, actor), "answers": answers})


def _shown(complaint: Complaint, actor: Actor) -> dict[str, object]:
    timeout = COMPLAINT.timeout(complaint.state)
    return {
        **asdict(complaint),
        "whose_turn": timeout.turn if timeout else None,
        "allowed_actions": AllowedOut.of(COMPLAINT.allowed(complaint, actor)),
    }
