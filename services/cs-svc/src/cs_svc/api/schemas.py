"""What comes in and goes out over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from aftercare_chassis.http.schemas import AllowedOut, Id, In, Name, Out, PrincipalId, Text, Time, example
from aftercare_chassis.lifecycle import Actor
from pydantic import Field

from cs_svc.domain import model, policy
from cs_svc.domain.lifecycle import COMPLAINT, CONVERSATION, FEEDBACK
from cs_svc.domain.notices import wording

Score = Annotated[int, Field(ge=1, le=5)]
AgentOutcome = Literal["upheld", "explained", "unfounded", "withdrawn"]
_ORDER, _CASE = "ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4", "case_0196a3c8f7a17c3e8b5d7f9a1c3e5b70"
_SCORES = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}


class ConversationIn(In):
    """The first message and what it is about; both ids may be left out."""

    model_config = example(order_id=_ORDER, case_id=_CASE, text="什么时候退款?")

    order_id: Id | None = None
    case_id: Id | None = None
    text: Text


class CitationIn(In):
    """A published version of a knowledge-base article."""

    article_id: Id
    article_version: Annotated[int, Field(ge=1, le=1_000_000)]


class MessageIn(In):
    """What is said; agents may cite the articles that it rests on."""

    model_config = example(text="退款将在两个工作日内原路退回。")

    text: Text
    citations: Annotated[list[CitationIn], Field(default_factory=list, max_length=10)]


class AssignIn(In):
    """The agent who takes over; whoever asks, where it is left out."""

    model_config = example(agent_id="agent-1")

    agent_id: PrincipalId | None = None


class ComplaintIn(In):
    """A complaint about an order or one case of it."""

    model_config = example(
        channel="web", order_id=_ORDER, case_id=_CASE, category="unfair_rejection", text="商家无理由拒绝退货。"
    )

    channel: model.ComplaintChannel
    order_id: Id | None = None
    case_id: Id | None = None
    category: model.Category
    text: Text


class TextIn(In):
    """An answer, or what was made better."""

    model_config = example(text="已补发缺件，并改进了打包流程。")

    text: Text


class ResolveIn(In):
    """How an agent settles a complaint without a dispute."""

    model_config = example(outcome="explained")

    outcome: AgentOutcome


class FeedbackIn(In):
    """What somebody told us; `source` says where exactly, such as the name of a group."""

    model_config = example(channel="wechat", text="退款很快，谢谢。", source="买家交流群", case_id=_CASE)

    channel: model.FeedbackChannel
    text: Text
    source: Name | None = None
    order_id: Id | None = None
    case_id: Id | None = None


class FeedbackAnswerIn(In):
    """The answer, and how the feedback sounded."""

    model_config = example(text="谢谢您的反馈！", sentiment="positive")

    text: Text
    sentiment: model.Sentiment | None = None


class ScoresIn(In):
    """Four dimensions, each from 1 to 5."""

    service: Score
    helpfulness: Score
    refund: Score
    speed: Score

    def scores(self) -> model.Scores:
        """The scores as the domain knows them."""
        return model.Scores(**self.model_dump())


class RatingIn(In):
    """How the buyer found a finished case."""

    model_config = example(case_id=_CASE, scores=_SCORES, text="处理很快。")

    case_id: Id
    scores: ScoresIn
    text: Text | None = None


class RatingChangeIn(In):
    """What takes the place of the earlier scores or text."""

    model_config = example(scores=_SCORES, text="客服后来又跟进了一次。")

    scores: ScoresIn | None = None
    text: Text | None = None


class CitationOut(Out):
    """The version of an article that a message rests on."""

    article_id: str
    article_version: int


class MessageOut(Out):
    """One message; `code` names what the system says, `text` says it in the reader's language."""

    id: str
    author_role: model.AuthorRole
    author_id: str
    text: str
    code: str | None
    citations: list[CitationOut]
    sent_at: Time

    @classmethod
    def of(cls, message: model.Message, language: str) -> Self:
        """The message for this reader."""
        text = message.text if message.text is not None else wording(message.code or "", language)
        return cls.model_validate({**asdict(message), "text": text})


class ConversationOut(Out):
    """A conversation without its messages."""

    id: str
    version: int
    state: model.ConversationState
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None
    message_count: int
    whose_turn: model.Turn | None
    answer_due_at: Time | None
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time
    closed_at: Time | None

    @classmethod
    def of(cls, conversation: model.Conversation, actor: Actor, **more: Any) -> Self:
        """The conversation as this actor may use it."""
        allowed = CONVERSATION.allowed(conversation, actor)
        return cls.model_validate({**asdict(conversation), "allowed_actions": AllowedOut.of(allowed), **more})


class ConversationWithMessagesOut(ConversationOut):
    """A conversation and its latest messages, oldest first; the ones before are at `/messages`."""

    messages: list[MessageOut]


class AnswerOut(Out):
    """What an agent answered to a complaint."""

    id: str
    author_id: str
    text: str
    answered_at: Time


class ComplaintOut(Out):
    """A complaint without its answers."""

    id: str
    version: int
    state: model.ComplaintState
    channel: model.ComplaintChannel
    category: model.Category
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    opened_by: str
    text: str
    dispute_id: str | None
    outcome: model.Outcome | None
    whose_turn: str | None
    answer_due_at: Time | None
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time
    resolved_at: Time | None

    @classmethod
    def of(cls, complaint: model.Complaint, actor: Actor, **more: Any) -> Self:
        """The complaint as this actor may use it."""
        wait = COMPLAINT.timeout(complaint.state)
        shown = {"whose_turn": wait.turn if wait else None}
        allowed = AllowedOut.of(COMPLAINT.allowed(complaint, actor))
        return cls.model_validate({**asdict(complaint), **shown, "allowed_actions": allowed, **more})


class ComplaintWithAnswersOut(ComplaintOut):
    """A complaint and what was answered to it, in order."""

    answers: list[AnswerOut]


class FeedbackOut(Out):
    """Feedback and what became of it."""

    id: str
    version: int
    state: model.FeedbackState
    channel: model.FeedbackChannel
    source: str | None
    sentiment: model.Sentiment | None
    order_id: str | None
    case_id: str | None
    buyer_id: str | None
    merchant_id: str | None
    recorded_by: str
    owner_id: str | None
    text: str
    answer: str | None
    improvement: str | None
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, feedback: model.Feedback, actor: Actor) -> Self:
        """The feedback as this actor may use it."""
        allowed = AllowedOut.of(FEEDBACK.allowed(feedback, actor))
        return cls.model_validate({**asdict(feedback), "allowed_actions": allowed})


class ScoresOut(Out):
    """Four dimensions, each from 1 to 5."""

    service: int
    helpfulness: int
    refund: int
    speed: int


class RevisionOut(Out):
    """What a rating said before it was changed."""

    version: int
    scores: ScoresOut
    text: str | None
    replaced_at: Time

    @classmethod
    def of(cls, revision: model.RatingRevision) -> Self:
        """The earlier wording."""
        return cls.model_validate({**asdict(revision), "scores": ScoresOut.model_validate(revision)})


class RatingOut(Out):
    """A rating without its history."""

    id: str
    version: int
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    scores: ScoresOut
    text: str | None
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, rating: model.Rating, **more: Any) -> Self:
        """The rating as it stands."""
        return cls.model_validate({**asdict(rating), "scores": asdict(policy.scores_of(rating)), **more})


class RatingWithHistoryOut(RatingOut):
    """A rating and what it said before, oldest first."""

    history: list[RevisionOut]


class KnownOrderOut(Out):
    """An order as far as customer service knows it."""

    id: str
    merchant_id: str
    state: str


class KnownCaseOut(Out):
    """An after-sale case as far as customer service knows it."""

    id: str
    order_id: str
    merchant_id: str
    state: str


class CustomerOut(Out):
    """What one has to know to serve a buyer: the newest of everything first, at most twenty of each."""

    id: str
    orders: list[KnownOrderOut]
    cases: list[KnownCaseOut]
    conversations: list[ConversationOut]
    complaints: list[ComplaintOut]
    ratings: list[RatingOut]

    @classmethod
    def of(cls, customer: model.Customer, actor: Actor) -> Self:
        """The customer as this actor may serve them."""
        return cls(
            id=customer.id,
            orders=[KnownOrderOut.model_validate(order) for order in customer.orders],
            cases=[KnownCaseOut.model_validate(case) for case in customer.cases],
            conversations=[ConversationOut.of(each, actor) for each in customer.conversations],
            complaints=[ComplaintOut.of(each, actor) for each in customer.complaints],
            ratings=[RatingOut.of(each) for each in customer.ratings],
        )
