"""Bodies of complaints."""

from dataclasses import asdict, replace
from typing import Annotated, Literal, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Name,
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
from cs_svc.domain.complaint_submissions import Submission
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintReply,
    ComplaintSeverity,
    ComplaintState,
)

_STAFF = frozenset({"agent", "arbitrator", "admin"})
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


class MarkIn(In):
    """What a message of a buyer complains about."""

    model_config = example(category="refund_delayed")

    category: ComplaintCategory
    """What the complaint is about."""
    order_id: Id | None = None
    """Left out with `case_id`: the order of the conversation."""
    case_id: Id | None = None
    """Left out with `order_id`: the case of the conversation."""


class SeparateIn(In):
    """Why a submission is a matter of its own."""

    model_config = example(
        submission_id="sub_0196a3c9b3c27e5f901a2b3c4d5e6f70", reason="说的是另一件商品。", category="quality"
    )

    submission_id: Id
    """One of the `submissions` of the complaint."""
    reason: Name
    """Why; only those who work here read it."""
    category: ComplaintCategory | None = None
    """What the new complaint is about; left out: as the one that it was in."""


class MergeIn(In):
    """The complaint in which another one goes on."""

    model_config = example(into="cmp_0196a3c9a2b17d4e8f60718293a4b5c6", reason="同一件事的两次投诉。")

    into: Id
    """A complaint of the same buyer about the same order, and about the same case where both name one."""
    reason: Name
    """Why; only those who work here read it."""


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


class SubmissionOut(Out):
    """What was said again about the matter of a complaint."""

    id: str
    """Identifies the submission: `sub_…`."""
    channel: ComplaintChannel
    """Over which channel it came in."""
    text: str
    """The words of it."""
    submitted_by: str
    """The buyer, or the agent who took it down."""
    submitted_at: Time
    """When it came in."""
    likeness: int | None
    """How like it is to what had been said before, in percent; null where an agent merged two complaints."""
    conversation_id: str | None
    """The conversation of the message that it was; null where it was none."""
    message_id: str | None
    """The message that an agent marked as a complaint; null where it was none."""
    merged_from: str | None
    """The complaint that it was before an agent merged it; null where it was none."""
    separated_to: str | None
    """The complaint that an agent made of it; null while it belongs to this one."""
    reason: str | None
    """Why an agent merged or separated it; null for all but those who work here."""

    @classmethod
    def of(cls, submission: Submission, actor: Actor) -> Self:
        """The submission as this actor sees it."""
        shown = submission if actor.role in _STAFF else replace(submission, reason=None)
        return cls.model_validate(shown)


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
    resolve_due_at: Time | None
    """When it is to be resolved; null while a dispute decides it, and after its end."""
    severity: ComplaintSeverity
    """By category, amount, the buyer's earlier complaints and words for danger; it shortens what is due."""
    resolve_overdue_at: Time | None
    """When it was found not to have been resolved in time; null where it never was."""
    supervised_at: Time | None
    """Since when supervisors look after it, because something was overdue; null where nothing was."""
    overdue_at: Time | None
    """When the first reply was found to be overdue, also where it was given since; null where it never was."""
    allowed_actions: AllowedActions
    conversation_id: str | None
    """The conversation of the message that it was opened from; null where it was not."""
    message_id: str | None
    """The message that an agent marked as this complaint; null where none was."""
    merged_into: str | None
    """The complaint in which it goes on; null where it was not merged."""
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
    submissions: list[SubmissionOut]
    """What was said again about the matter, over whichever channel, the oldest first."""
    added_submission_id: str | None
    """In the answer to what repeats an unresolved complaint: the submission that was added to this one. Null where a complaint was opened, and in
    all other answers."""

    @classmethod
    def with_replies(
        cls,
        complaint: Complaint,
        actor: Actor,
        replies: list[ComplaintReply],
        submissions: list[Submission],
        added: str | None = None,
    ) -> Self:
        """The complaint with these replies and further submissions."""
        shown = {
            **_shown(complaint, actor),
            "answers": [AnswerOut.model_validate(reply) for reply in replies],
            "submissions": [SubmissionOut.of(each, actor) for each in submissions],
            "added_submission_id": added,
        }
        return cls.model_validate(shown)


def _shown(complaint: Complaint, actor: Actor) -> dict[str, object]:
    timeout = COMPLAINT.timeout(complaint.state)
    return {
        **asdict(complaint),
        "whose_turn": timeout.turn if timeout else None,
        "allowed_actions": AllowedOut.of(COMPLAINT.allowed(complaint, actor)),
    }
