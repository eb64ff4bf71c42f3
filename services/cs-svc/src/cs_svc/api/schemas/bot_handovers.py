"""Bodies of the bot's hand-overs."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import Out, Time

from cs_svc.api.schemas.bot_questions import AlternativeOut
from cs_svc.domain.bot import AnswerKind, HandoverReason
from cs_svc.queries.bot import Handovers


class AskedOut(Out):
    """A message that the bot had to answer."""

    message_id: str
    """The message."""
    text: str
    """What the buyer wrote."""
    kind: AnswerKind | None
    """What the bot made of it; null where it has not come to that."""
    intent: str | None
    """The intent that it answered; null where it answered none."""
    confidence: float | None
    """How likely the likeliest intent was right; null without an answer."""


class CitedArticleOut(Out):
    """A version of an article that the bot has cited in the conversation."""

    article_id: str
    """The article in kb-svc."""
    article_version: int
    """The number of its version."""
    slug: str
    """Its name in URLs."""
    title: str
    """Its title."""


class SeenOrderOut(Out):
    """An order of the buyer as the bot saw it."""

    id: str
    """The order."""
    state: str
    """Its state then."""


class SeenCaseOut(Out):
    """An after-sale case of the buyer as the bot saw it."""

    id: str
    """The case."""
    order_id: str
    """Its order."""
    state: str
    """Its state then."""


class HandoverOut(Out):
    """A hand-over with its summary."""

    id: str
    """Identifies it: `hnd_…`."""
    answer_id: str
    """The bot's answer by which it handed over."""
    reason: HandoverReason
    """Why it handed over."""
    language: str
    """The language of the last question."""
    asked: list[AskedOut]
    """The last messages that it had to answer, oldest first."""
    alternatives: list[AlternativeOut]
    """The intents that the last one may have, with their probabilities."""
    articles: list[CitedArticleOut]
    """What it has cited in the conversation."""
    orders: list[SeenOrderOut]
    """The buyer's newest orders."""
    cases: list[SeenCaseOut]
    """The buyer's newest after-sale cases."""
    queue_entry_id: str | None
    """The stay in a queue that began with it; null where the conversation had an agent, or no team is for it."""
    created_at: Time
    """When it was."""


class HandoversOut(Out):
    """The hand-overs of a conversation."""

    data: list[HandoverOut]
    """The newest ten, newest first."""

    @classmethod
    def of(cls, found: Handovers) -> Self:
        """With the texts of the messages."""
        rows = [asdict(row) for row in found.rows]
        for row in rows:
            row["asked"] = [{**each, "text": found.texts.get(each["message_id"], "")} for each in row["asked"]]
        return cls(data=[HandoverOut.model_validate(row) for row in rows])
