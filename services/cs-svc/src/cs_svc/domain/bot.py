"""The bot 智能客服: its intents, the models that are trained of them, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

OUT_OF_SCOPE = "out_of_scope"
"""The name of the examples that belong to no intent: the bot is to stay silent about them."""
MOST_ALTERNATIVES = 3
CLARIFY_SHARE, CLARIFY_LEAD = 0.75, 0.6
"""Two intents are asked back about where they have this probability together, and the first at most this one alone."""
MOST_MISSES = 3


class BotAction(StrEnum):
    """What the bot does for an intent beside its text."""

    ORDER_STATUS = "order_status"
    CASE_STATUS = "case_status"
    OPEN_CASE = "open_case"
    OPEN_COMPLAINT = "open_complaint"
    HANDOVER = "handover"


class ModelState(StrEnum):
    """The states of a model."""

    TRAINING = "training"
    READY = "ready"
    FAILED = "failed"


class AnswerKind(StrEnum):
    """What the bot makes of a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOVER = "handover"


class HandoverReason(StrEnum):
    """Why a person has to answer."""

    REQUESTED = "requested"
    ANGER = "anger"
    NOT_SURE = "not_sure"
    THIRD_MISS = "third_miss"
    NO_MODEL = "no_model"
    NO_ARTICLE = "no_article"
    INTENT = "intent"
    TOO_MANY = "too_many"
    FAILED = "failed"


class MarkKind(StrEnum):
    """What a person found of an answer: the asker whether it solved the matter, an agent that it was wrong."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    WRONG = "wrong"


class WrongReason(StrEnum):
    """What was wrong with an answer, as agents find."""

    OTHER_QUESTION = "other_question"
    WRONG_FACTS = "wrong_facts"
    OUTDATED = "outdated"
    INCOMPLETE = "incomplete"


ASKED_AGAIN_DAYS = 7
"""Who asks the same again within so many days, or is handed over in the same conversation, was not helped by the answer."""


class CitedClause(TypedDict):
    """A clause that an intent is answered by: the slug of the article, and the number of the clause or None for all of it."""

    slug: str
    clause_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What people may want, in one language: examples of how they ask, and what the bot then answers or does."""

    language: str
    name: str
    examples: list[str]
    answer: str | None
    action: str | None
    citations: list[CitedClause]
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What a classifier finds in a question: the intents with their probabilities, likeliest first; how likely the first is right;
    whether that is enough for an answer; and whether it knew the vector of the question."""

    likely: tuple[tuple[str, float], ...]
    confidence: float
    is_enough: bool
    with_vector: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One training: its state, and by language the report of its evaluation. `leased_until`: no other process trains it before.
    `embedding_model` made the vectors that its second classifiers know; None where it has none. `repeats` is the number of the model
    that is made again, because it was trained without the vectors that there are now.
    """

    number: int
    state: ModelState
    precision: float
    requested_by: str
    requested_at: datetime
    leased_until: datetime | None = None
    finished_at: datetime | None = None
    data_hash: str | None = None
    embedding_model: str | None = None
    weights_hash: str | None = None
    report: dict[str, Any] | None = None  # Any: JSON
    failure: str | None = None
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWeights:
    """The classifiers of one language of a model as bytes: one of words alone, and one that knows vectors too."""

    number: int
    language: str
    weights: bytes
    weights_with_vectors: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """Which model answers from a time on; the newest one counts, so that activating an older model rolls back."""

    id: str
    number: int
    activated_by: str
    activated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot made of one question, and by what: rows are only inserted. `question` is kept where it was not answered,
    `with_vector` is whether the classifier knew its vector. `choices` are the ids of own orders or cases that it offered. `reopened`:
    the conversation was closed after it, and reopened within `ASKED_AGAIN_DAYS`."""

    id: str
    asker_id: str
    asker_role: str
    conversation_id: str | None
    language: str
    kind: AnswerKind
    reason: HandoverReason | None
    intent: str | None
    confidence: float
    model: int | None
    citations: list[dict[str, Any]]  # Any: JSON
    question: str | None
    with_vector: bool = False
    choices: list[str] | None = None
    reopened: bool = False
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody found of an answer, once each; `reason` is what was wrong with it."""

    answer_id: str
    kind: MarkKind
    marked_by: str
    marked_at: datetime
    reason: WrongReason | None = None
