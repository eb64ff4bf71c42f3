"""Deadlines as they are shown, and what is sent to extend one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from aftercare_chassis.http.schemas import In, Out, Text, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.deadlines.ledger import Deadline, DeadlineState, DocumentKind, ExtensionCause
from aftersale_svc.domain.deadlines.rules import MOST_HOURS, RuleScope, Unit


class ExtendIn(In):
    """More time for whose turn it is."""

    model_config = example(hours=24, note="买家外出，周末寄回")

    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)]
    """How many hours later the deadline ends."""
    note: Text | None = None
    """Why, for the timeline; both sides can read it."""


class DeadlineOut(Out):
    """One stay of a case or a dispute in a state: whose turn it was, and until when."""

    id: str
    """Identifies the deadline: `dl_…`."""
    document: DocumentKind
    """What it belongs to."""
    document_id: str
    """The case or the dispute."""
    case_id: str
    """The case; that of the dispute, where it belongs to one."""
    document_state: str
    """The state of the document, as long as the deadline lasts."""
    turn: str
    """Who has to act: `buyer`, `merchant`, `agent`, `platform`, `courier` or `system`."""
    state: DeadlineState
    """Whether it runs (`set`, `extended`, `moved`), and if not, how it ended."""
    set_at: Time
    """When it began."""
    due_at: Time | None = None
    """When it ends; null where there is no limit."""
    rule_scope: RuleScope | None = None
    """Whose rule decides how long it is; null where there is no limit."""
    rule_version: int | None = None
    """The version of these rules; 0 for settings."""
    duration: float | None = Field(default=None, validation_alias="amount")
    """How much time the rule gives."""
    unit: Unit | None = None
    """What is counted."""
    calendar_id: str | None = None
    """The calendar that it is counted in; null for plain hours."""
    calendar_version: int | None = None
    """The version of the calendar."""
    country_version: int | None = None
    """The version of the days of the country, where a merchant's calendar is counted on newer ones than this version was made with."""
    provisional: bool
    """Whether it may move, because its calendar does not know all of its days yet."""
    continued_seconds: int | None = None
    """What it began with, where it goes on after a stop."""
    kept_seconds: int | None = None
    """What was left of it where it was stopped."""
    extensions: int
    """How often somebody extended it."""
    extension_cause: ExtensionCause | None = None
    """Why its end was last changed: an agent or the other side gave time, the timers stood still, or a newer calendar moved it."""
    reminds_at: Time | None = None
    """When whose turn it is is reminded next; null where no reminder is left."""
    reminders: int = 0
    """How often they were reminded of it."""
    ended_at: Time | None = None
    """When it ended; null while it runs."""


class DeadlinesOut(Out):
    """Every deadline of a case and of its disputes."""

    data: list[DeadlineOut]
    """Oldest first."""


class SentenceOut(BilingualOut):
    """A sentence in both languages."""

    zh: str
    """The same as `zh_cn`."""


class DeadlineExplanationOut(Out):
    """Why a deadline ends when it does."""

    deadline: DeadlineOut
    """The deadline."""
    sentences: list[SentenceOut]
    """Since when it runs, by which rule and version, which days did not count and why, when it ends, and what happens then."""

    @classmethod
    def of(cls, deadline: Deadline, sentences: Sequence[Label]) -> "DeadlineExplanationOut":
        shown = [SentenceOut(zh=each.zh, zh_cn=each.zh, en=each.en) for each in sentences]
        return cls(deadline=DeadlineOut.model_validate(deadline), sentences=shown)


class TurnsOut(Out):
    """How long it was whose turn in a case."""

    case_id: str
    """The case."""
    since: Time
    """When it was opened."""
    until: Time
    """When it ended, or now."""
    turn_seconds: dict[str, int]
    """Whole seconds by side: `buyer`, `merchant`, `both` (a dispute waits for evidence of both, or for an appeal of either; counted
    once, for neither alone), `platform` (agents, arbitrators and testing bodies), `courier`, `provider`, and `nobody` for what was
    not recorded or between an end and a reopening. They add up to the time between `since` and `until`."""

    @classmethod
    def of(cls, case: Case, until: datetime, seconds: Mapping[str, int]) -> "TurnsOut":
        return cls(case_id=case.id, since=case.created_at, until=until, turn_seconds=dict(seconds))
