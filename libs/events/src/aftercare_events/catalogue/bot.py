"""What the bot is taught, which of its models answers, and what became of its answers; published by cs-svc. What people ask stays there."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.conversations import HandoverReason
from aftercare_events.event import Event
from aftercare_events.fields import Code, ConversationId, Hash, Id, Quantity
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of

ModelNumber = Annotated[int, Field(strict=True, ge=1, description="the version of the model")]


class BotAnswerKind(Vocabulary):
    """What the bot makes of a question."""

    ANSWER = "answer", "it answers"
    CLARIFY = "clarify", "it asks back"
    HANDOVER = "handover", "it leaves the answer to a person"


class BotMarkKind(Vocabulary):
    """What a person found of an answer of the bot."""

    SOLVED = "solved", "it solved the matter, as the asker says"
    UNSOLVED = "unsolved", "it did not, as the asker says"
    WRONG = "wrong", "it was wrong"


class BotWrongReason(Vocabulary):
    """What was wrong with an answer of the bot."""

    OTHER_QUESTION = "other_question", "it answers another question"
    WRONG_FACTS = "wrong_facts", "what it says is not so"
    OUTDATED = "outdated", "it was so before"
    INCOMPLETE = "incomplete", "something is missing that matters"


class BotEvent(Event):
    """What every event of the bot has in common: it is for the platform alone."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    OF_PLATFORM: ClassVar[bool] = True


class BotIntentsSet(BotEvent):
    """Intents of the bot were made, changed or replaced; their examples and answers stay with cs-svc."""

    KEY: ClassVar[str] = "change_id"

    matter: Code = "bot_intents"
    change_id: Annotated[Id, Field(description="the change")]
    languages: Annotated[tuple[Code, ...], Field(description="of which languages, BCP 47 tags")]
    intents: Annotated[Quantity, Field(description="how many intents were put")]
    examples: Annotated[Quantity, Field(description="how many examples they have")]
    replaced: Annotated[bool, Field(description="whether all others of the languages were deleted")]


class BotModelTrained(BotEvent):
    """The training of a model of the bot has ended; `result` is whether it is ready."""

    KEY: ClassVar[str] = "model_id"

    matter: Code = "bot_training"
    model_id: Annotated[Id, Field(description="the model")]
    model: ModelNumber
    data_hash: Annotated[Hash | None, Field(description="of what it was trained of; absent where that failed")] = None
    weights_hash: Annotated[Hash | None, Field(description="equal for equal models; absent where it failed")] = None
    embedding_model: Annotated[Code | None, Field(description="what made the vectors that it knows, if any")] = None
    repeats: Annotated[
        int | None, Field(strict=True, ge=1, description="the version that lacks these vectors, and is made again")
    ] = None


class BotModelActivated(BotEvent):
    """A model of the bot answers from now on."""

    KEY: ClassVar[str] = "activation_id"

    matter: Code = "bot_model"
    activation_id: Annotated[Id, Field(description="the activation")]
    model: ModelNumber
    previous_model: Annotated[
        int | None, Field(strict=True, ge=1, description="which one answered before; absent where none did")
    ] = None
    rolled_back: Annotated[bool, Field(description="whether it is older than the one before")]


class BotAnswered(BotEvent):
    """The bot was asked; its words and those of the asker stay with cs-svc."""

    KEY: ClassVar[str] = "answer_id"

    matter: Code = "bot_answer"
    answer_id: Annotated[Id, Field(description="the answer")]
    conversation_id: ConversationId | None = None
    kind: Annotated[Code, one_of(BotAnswerKind, "what it made of the question")]
    reason: Annotated[Code | None, one_of(HandoverReason, "why it does not answer")] = None
    intent: Annotated[Code | None, Field(description="what the question is about, by the name of the intent")] = None
    model: Annotated[int | None, Field(strict=True, ge=1, description="the version of the model")] = None
    confidence_percent: Annotated[
        int, Field(strict=True, ge=0, le=100, description="how likely the likeliest intent was right, in percent")
    ]


class BotAnswerMarked(BotEvent):
    """Somebody has stated what was found of an answer of the bot."""

    KEY: ClassVar[str] = "mark_id"

    matter: Code = "bot_answer_mark"
    mark_id: Annotated[Id, Field(description="the statement")]
    answer_id: Annotated[Id, Field(description="the answer")]
    conversation_id: ConversationId | None = None
    kind: Annotated[Code, one_of(BotMarkKind, "what was found")]
    reason: Annotated[Code | None, one_of(BotWrongReason, "what was wrong")] = None
