"""Bodies of complaints."""

from dataclasses import asdict
from typing import Annotated, Literal, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Out,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import Actor

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

    channel: Literal["web", "api", "phone", "message"]
    """How the complaint came in."""
    order_id: Id | None = None
    """May be left out where `case_id` is given."""
    case_id: Id | None = None
    """The case that the complaint is about; a dispute is opened if the case can be stopped."""
    category: ComplaintCategory
    """What the complaint is about."""
    text: Text
    """The complaint in the buyer's words."""


class ResolveIn(In):
    """The outcome of a complaint that an agent resolves."""

    model_config = example(outcome="explained")

    outcome: Literal["upheld", "explained", "unfounded", "withdrawn"]
    """`upheld`: it is justified; `explained`: the matter was explained; `unfounded`: there is no ground for it; `withdrawn`:
    the buyer withdrew it."""


class AnswerOut(Out):
    """An agent's reply to a complaint."""

    id: str
    """Identifies the reply: `ans_…`."""
    author_id: str
    """The agent who wrote it."""
    text: str
    """What the buyer reads."""
    answered_at: Time
    """When it was written."""


class ComplaintOut(Out):
    """A complaint without its replies."""

    id: str
    """Identifies the complaint: `cmp_…`."""
    version: Version
    state: ComplaintState
    """`escalated` while a dispute decides; `resolved` is the end."""
    channel: ComplaintChannel
    """How the complaint came in."""
    category: ComplaintCategory
    """What the complaint is about."""
    order_id: str
    """The order that the complaint is about, also where it names the case only."""
    case_id: str | None
    """The case that the complaint is about; null where it is about the order as a whole."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant of the order."""
    opened_by: str
    """The id of the buyer, or of the agent who took the complaint down."""
    text: str
    """The complaint in the buyer's words."""
    dispute_id: str | None
    """The dispute in aftersale-svc that was opened for it; null where there is none."""
    outcome: ComplaintOutcome | None
    """How it ended; null before `resolved`."""
    whose_turn: ComplaintTurn | None
    """`dispute` while a dispute decides; null once the complaint is resolved."""
    answer_due_at: Time | None
    """When the first reply is due; null once it is not awaited any more."""
    overdue_at: Time | None
    """When the first reply was found to be overdue, also where it was given since; null where it never was."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt
    resolved_at: Time | None
    """Null before `resolved`."""

    @classmethod
    def of(cls, complaint: Complaint, actor: Actor) -> Self:
        """The complaint with what this actor may do."""
        return cls.model_validate(_shown(complaint, actor))


class ComplaintWithAnswersOut(ComplaintOut):
    """A complaint and the replies to it, oldest first."""

    answers: list[AnswerOut]
    """Oldest first."""

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
