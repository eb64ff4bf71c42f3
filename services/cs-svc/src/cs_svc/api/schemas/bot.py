"""Bodies of the bot's intents and models."""

from dataclasses import asdict
from typing import Annotated, Any, Self

from aftercare_chassis.http.schemas import Id, In, Name, Out, Text, Time, Utterance, example
from pydantic import Field, StringConstraints

from cs_svc.domain.bot import BotAction, Intent, Model, ModelState

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A BCP 47 tag, such as zh-CN."""
IntentName = Annotated[Name, StringConstraints(pattern=r"^[^/]*$", max_length=100)]


class CitedClauseIn(In):
    """A clause of a published article."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    """The article, by its name in URLs."""
    clause_id: Id | None = None
    """The number of the clause; the beginning of the article where it is left out."""


class IntentIn(In):
    """What people may want in one language."""

    model_config = example(
        name="refund_time",
        language="zh-CN",
        examples=["退款什么时候到账", "钱多久能退回来"],
        answer="退款一般在三个工作日内原路退回。",
        citations=[{"slug": "refund-times"}],
    )

    name: IntentName
    """Its name; `out_of_scope` has the examples that belong to no intent."""
    language: Language | None = None
    """The language of the examples; that of the body where it is left out."""
    examples: Annotated[list[Utterance], Field(min_length=1, max_length=5_000)]
    """How people ask for it, in their own words. With the first one the bot asks back whether it is meant."""
    answer: Text | None = None
    """What the bot answers."""
    action: BotAction | None = None
    """What the bot does beside its answer."""
    citations: Annotated[list[CitedClauseIn], Field(default_factory=list, max_length=5)]
    """The clauses that the answer relies on; while one of their articles is not published, the bot hands over."""


class IntentsIn(In):
    """Intents to store in the place of those with the same name and language."""

    model_config = example(
        language="en",
        intents=[{"name": "refund_time", "examples": ["when do i get my money back"], "answer": "In three days."}],
        out_of_scope=["what is the weather like"],
    )

    language: Language = "zh-CN"
    """The language of intents that name none, and of `out_of_scope`."""
    intents: Annotated[list[IntentIn], Field(max_length=1_000)]
    """The intents."""
    out_of_scope: Annotated[list[Utterance] | None, Field(max_length=5_000)] = None
    """Examples that belong to no intent, in the place of those before; they stay where this is left out."""
    replace: bool = False
    """Whether intents of the same languages that are not named are removed."""


class CitedClauseOut(Out):
    """A clause of a published article."""

    slug: str
    """The article, by its name in URLs."""
    clause_id: str | None
    """The number of the clause; null for the beginning of the article."""


class IntentOut(Out):
    """An intent."""

    name: str
    """Its name."""
    language: str
    """The language of its examples."""
    examples: list[str]
    """How people ask for it."""
    answer: str | None
    """What the bot answers; null where it only does something."""
    action: str | None
    """What the bot does; null where it only answers."""
    citations: list[CitedClauseOut]
    """The clauses that the answer relies on."""
    updated_by: str
    """Who stored it."""
    updated_at: Time
    """When it was stored."""

    @classmethod
    def of(cls, intent: Intent) -> Self:
        """The intent."""
        return cls.model_validate(asdict(intent))


class IntentsOut(Out):
    """Intents."""

    data: list[IntentOut]
    """By language and name."""


class StoredOut(Out):
    """How many intents and examples there are after a change."""

    intents: int
    """All intents, of every language."""
    examples: int
    """All their examples."""


class TrainIn(In):
    """How sure answers have to be."""

    model_config = example(precision=0.967)

    precision: Annotated[float, Field(ge=0.5, le=0.999, allow_inf_nan=False)] = 0.967
    """The share of right answers that is wanted among those given: the threshold of the confidence is fitted for it."""


class ModelOut(Out):
    """A model and how it was evaluated."""

    number: Annotated[int, Field(serialization_alias="version")]
    """Its version: 1, 2, …."""
    state: ModelState
    """Whether it can answer."""
    active: bool
    """Whether it is the one that answers."""
    precision: float
    """The share of right answers that was wanted."""
    requested_by: str
    """Who asked for the training."""
    requested_at: Time
    """When it was asked for."""
    finished_at: Time | None
    """When the training ended; null before."""
    data_hash: str | None
    """The digest of the examples; null before the training."""
    embedding_model: str | None
    """What made the vectors that its second classifiers know; null where it knows words alone."""
    weights_hash: str | None
    """The digest of the weights: the same examples have the same; null before the training."""
    report: dict[str, Any] | None  # Any: JSON
    """By language, the evaluation by cross-validation: accuracy, coverage, confusions, reliability, temperature, threshold; `vectors` has the same of the classifier that knows vectors; null before the training."""
    failure: str | None
    """Why the training failed; null where it did not."""
    repeats: int | None
    """The version that is made again with vectors, since its training had none; null for others."""

    @classmethod
    def of(cls, model: Model, active: int | None) -> Self:
        """The model; `active` is the number of the one that answers."""
        return cls.model_validate({**asdict(model), "active": model.number == active})


class ModelsOut(Out):
    """Models."""

    data: list[ModelOut]
    """The newest fifty, newest first."""
