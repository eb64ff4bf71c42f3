"""Bodies of suggestions and macros, and what is shown beside a conversation."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import CreatedAt, Id, In, Name, Out, Text, Time, UpdatedAt, Version, example
from pydantic import Field

from cs_svc.domain.assist import Macro, Suggestion
from cs_svc.queries.assist import Context, Outcomes


class SuggestIn(In):
    """What the agent has written so far."""

    model_config = example(text="退货的运费")

    text: Text | None = None
    """What the suggestions are for; left out: the last message of the buyer."""


class CitedOut(Out):
    """A clause of a published article."""

    article_id: str
    """The id of the article in kb-svc."""
    article_version: int
    """The number of the version in force."""
    title: str
    """The title of the article."""
    clause_id: str
    """The number of the clause."""
    quote: str
    """Its words."""


class SuggestionOut(Out):
    """A reply for an agent to post as it is, or with other words."""

    id: str
    """Identifies the suggestion: `sug_…`. The message that uses it names it as `suggestion_id`."""
    intent: str
    """What the text was taken for."""
    text: str
    """The reply."""
    citations: list[CitedOut]
    """The clauses that it relies on."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    """How likely the intent is."""


class SuggestionsOut(Out):
    """Suggestions, the likeliest first."""

    data: list[SuggestionOut]
    """At most three; none where nothing is likely, or no model is active."""

    @classmethod
    def of(cls, found: list[Suggestion]) -> Self:
        """The suggestions as they are shown."""
        return cls(
            data=[
                SuggestionOut.of_row(each, citations=[CitedOut.model_validate(c) for c in each.citations])
                for each in found
            ]
        )


class OutcomeOut(Out):
    """What became of suggestions."""

    id: str
    """The agent, intent or article."""
    shown: int
    """How many were shown."""
    accepted: int
    """Posted as they were."""
    edited: int
    """Posted with other words."""
    ignored: int
    """Not posted, although the agent wrote something else."""
    used_share: float | None
    """What share of the settled ones was posted; null where none is settled."""


class OutcomesOut(Out):
    """What became of the suggestions since a time."""

    since: Time
    """From when."""
    by_agent: list[OutcomeOut]
    """By the agent who saw them."""
    by_intent: list[OutcomeOut]
    """By what the text was taken for."""
    by_article: list[OutcomeOut]
    """By the article that was cited; a suggestion may cite several."""

    @classmethod
    def of(cls, found: Outcomes) -> Self:
        """The figures as they are shown."""
        return cls.model_validate(found, from_attributes=True)


class MacroIn(In):
    """A text with variables in braces."""

    model_config = example(title="退货进度", text="您的售后单 {case_id} 目前状态为 {case_state}。")

    team_id: Id | None = None
    """The team that uses it; left out: all do."""
    title: Name
    """By which agents find it."""
    text: Text
    """The text. Variables: `{conversation_id}`, `{agent_id}`, `{order_id}`, `{order_state}`, `{case_id}`, `{case_state}`, `{answer_due_at}`."""
    retired: bool = False
    """Whether it is used no more."""


class MacroOut(Out):
    """A text with variables."""

    id: str
    """Identifies the macro."""
    version: Version
    team_id: str | None
    """The team that uses it; null where all do."""
    title: str
    """By which agents find it."""
    text: str
    """The text with its variables."""
    retired: bool
    """Whether it is used no more."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, macro: Macro) -> Self:
        """The macro as it is shown."""
        return cls.of_row(macro)


class FilledOut(Out):
    """The text of a macro for a conversation."""

    text: str
    """With the values of its variables."""


class SubjectOut(Out):
    """A document of another service as cs-svc knows it."""

    id: str
    """Its id."""
    state: str
    """Its state."""
    service: str
    """The service that has it."""
    path: str
    """Where that service shows it, with the actions that are allowed now."""


class ContextOut(Out):
    """What agents see beside a conversation."""

    order: SubjectOut | None
    """The order that it is about; null where it is about none."""
    case: SubjectOut | None
    """The case that it is about; null where it is about none."""
    open_cases: list[SubjectOut]
    """The latest cases of the buyer that have not ended."""
    open_complaints: list[SubjectOut]
    """The latest complaints of the buyer that are not resolved."""

    @classmethod
    def of(cls, found: Context) -> Self:
        """The context as it is shown."""
        return cls.model_validate(found, from_attributes=True)
