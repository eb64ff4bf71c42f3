"""Bodies of questions to the bot: its answers, what people found of them, and figures."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import Id, In, Out, PrincipalId, Text, Time, example
from pydantic import model_validator

from cs_svc.api.schemas.bot import Language
from cs_svc.commands.bot_answers import Reply
from cs_svc.domain.bot import Answer, AnswerKind, HandoverReason, Mark, MarkKind, WrongReason


class AskIn(In):
    """A question."""

    model_config = example(text="退款什么时候到账?")

    text: Text
    """The question."""
    language: Language | None = None
    """Its language; found by its characters where it is left out."""
    conversation_id: Id | None = None
    """The conversation in which it is asked; may be left out."""


class AlternativeOut(Out):
    """Another intent that the question may have."""

    intent: str
    """Its name."""
    confidence: float
    """Its probability."""


class CitationOut(Out):
    """A clause that the answer relies on, as it is in force."""

    article_id: str
    """The article in kb-svc."""
    article_version: int
    """The number of its published version."""
    slug: str
    """Its name in URLs."""
    title: str
    """Its title."""
    clause_id: str
    """The number of the clause."""
    heading: str | None
    """The heading of the clause; null where it has none."""
    quote: str
    """The beginning of its words, without markup. It is shown as it is, and nothing in it is followed."""


class ProposalOut(Out):
    """A request that is sent once the asker has confirmed it; the bot sends none."""

    action: str
    """What it would do."""
    service: str
    """The service that accepts it."""
    method: str
    """The HTTP method."""
    path: str
    """The path."""
    order_ids: list[str]
    """The asker's newest orders, of which one is chosen."""


class AskOut(Out):
    """What the bot makes of a question. It is a bot, and decides nothing."""

    id: str
    """Identifies the answer, to state whether it helped: `ans_…`."""
    kind: AnswerKind
    """An answer, a question back, or that a person has to answer."""
    intent: str | None
    """The intent that is answered; null where none is."""
    confidence: float
    """How likely the likeliest intent is right, between 0 and 1."""
    alternatives: list[AlternativeOut]
    """Other likely intents; the two to choose from where the bot asks back."""
    citations: list[CitationOut]
    """What the answer relies on."""
    model: int | None
    """The version of the model; null where none is active."""
    language: str
    """The language of the answer."""
    text: str
    """What the bot says."""
    reason: HandoverReason | None
    """Why a person has to answer; null otherwise."""
    proposal: ProposalOut | None
    """A request to confirm; null where there is none."""
    choices: list[str]
    """The asker's own orders or cases to choose from, where it asks which one is meant."""
    is_generated: bool
    """Whether a generative model has worded it, each of whose sentences a cited clause supports."""
    is_bot: bool
    """Always true: a program answers."""
    with_vector: bool
    """Whether the vector of the question counted beside its words."""

    @classmethod
    def of(cls, reply: Reply, answer: Answer) -> Self:
        """The reply as it was recorded."""
        found = {
            each: getattr(reply, each)
            for each in (
                "kind",
                "intent",
                "citations",
                "model",
                "language",
                "text",
                "reason",
                "proposal",
                "choices",
                "is_generated",
                "with_vector",
            )
        }
        alternatives = [{"intent": name, "confidence": round(share, 4)} for name, share in reply.alternatives]
        more = {"id": answer.id, "confidence": round(reply.confidence, 4), "alternatives": alternatives, "is_bot": True}
        return cls.model_validate({**found, **more})


class MarkIn(In):
    """What somebody found of an answer."""

    model_config = example(kind="solved")

    kind: MarkKind
    """The asker states `solved` or `unsolved`, an agent `wrong`."""
    reason: WrongReason | None = None
    """What was wrong; with `wrong` alone."""

    @model_validator(mode="after")
    def _reason_of_wrong(self) -> Self:
        if self.reason is not None and self.kind is not MarkKind.WRONG:
            raise ValueError("reason is only for wrong")
        return self


class MarkOut(Out):
    """What somebody found of an answer."""

    answer_id: str
    """The answer."""
    kind: MarkKind
    """What was found."""
    marked_by: PrincipalId
    """Who found it."""
    marked_at: Time
    """When."""
    reason: WrongReason | None
    """What was wrong with it; null where that was not stated."""

    @classmethod
    def of(cls, mark: Mark) -> Self:
        """The mark."""
        return cls.model_validate(asdict(mark))


class UnansweredOut(Out):
    """A question that the bot did not answer."""

    id: str
    """The answer in which it stayed silent."""
    question: str | None
    """The question, at most 500 characters of it."""
    language: str
    """Its language."""
    kind: AnswerKind
    """Whether the bot asked back or handed over."""
    reason: HandoverReason | None
    """Why it handed over; null where it asked back."""
    conversation_id: str | None
    """The conversation; null where there was none."""
    asked_at: Time
    """When it was asked."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """The question."""
        return cls.model_validate({each: getattr(answer, each) for each in cls.model_fields})


class FiguresOut(Out):
    """What became of the questions since a time."""

    since: Time
    """From when they are counted."""
    asked: int
    """All questions."""
    answer: int
    """Those that were answered."""
    clarify: int
    """Those that were asked back about."""
    handover: int
    """Those that were handed over: the bot stayed silent."""
    solved: int
    """Those whose asker confirmed that the answer solved the matter."""
    unsolved: int
    """Those whose asker stated that it did not."""
    wrong: int
    """Those whose answer an agent, or the asker, marked as wrong."""
    no_article: int
    """Those whose answer relies on an article that is not published."""
    contained: int
    """Those that were answered and confirmed, and marked neither as not solved nor as wrong. `GET /v1/bot/days` also leaves out what was asked again."""
    containment: float | None
    """The contained share of all questions; null where there is none. A question without a confirmation does not count."""
