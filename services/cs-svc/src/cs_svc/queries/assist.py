"""What is shown of suggestions, macros, and beside a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from asyncpg import Record

from cs_svc.domain.assist import Macro
from cs_svc.domain.complaints import ComplaintState
from cs_svc.settings import Settings
from cs_svc.tables.assist import BY_AGENT, BY_ARTICLE, BY_INTENT, MACRO_LIST, MACROS
from cs_svc.tables.complaints import COMPLAINTS_OF_BUYER
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.orders import CASES_OF_BUYER, KNOWN_CASES, KNOWN_ORDERS

MOST_BESIDE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the suggestions of one agent, intent or article."""

    id: str
    shown: int
    accepted: int
    edited: int
    ignored: int
    used_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of the suggestions since a time."""

    since: datetime
    by_agent: list[Outcome]
    by_intent: list[Outcome]
    by_article: list[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A document as our copy has it, and where its service shows it."""

    id: str
    state: str
    service: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is shown beside a conversation."""

    order: Subject | None
    case: Subject | None
    open_cases: list[Subject]
    open_complaints: list[Subject]


async def outcomes(reader: Reader[Settings], since: datetime, agent_id: str | None) -> Outcomes:
    """What became of the suggestions since then; an agent gets their own."""
    whose = reader.actor.id if reader.actor.role == "agent" else agent_id
    found = [await reader.all(query, since=since, agent_id=whose) for query in (BY_AGENT, BY_INTENT, BY_ARTICLE)]
    by_agent, by_intent, by_article = map(_outcomes, found)
    return Outcomes(since=since, by_agent=by_agent, by_intent=by_intent, by_article=by_article)


def _outcomes(rows: Sequence[Record]) -> list[Outcome]:
    found = [Outcome(**row, used_share=_used(row)) for row in rows]
    return sorted(found, key=lambda each: (-each.shown, each.id))


def _used(row: Record) -> float | None:
    settled = row["accepted"] + row["edited"] + row["ignored"]
    return round((row["accepted"] + row["edited"]) / settled, 4) if settled else None


async def macros(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[Macro]:
    """A page of macros, the last by id first."""
    return await reader.page(MACRO_LIST, limit=limit, cursor=cursor, **filters)


async def macro(reader: Reader[Settings], macro_id: str) -> Macro:
    """One macro. Raises: NotFound."""
    return await reader.get(MACROS, macro_id)


async def context(reader: Reader[Settings], conversation_id: str) -> Context:
    """What is shown beside a conversation. Raises: NotFound."""
    conversation = await reader.get(CONVERSATIONS, conversation_id)
    order = await reader.find(KNOWN_ORDERS, conversation.order_id or "")
    case = await reader.find(KNOWN_CASES, conversation.case_id or "")
    cases = await reader.all(CASES_OF_BUYER, buyer_id=conversation.buyer_id, rows=MOST_BESIDE)
    complaints = await reader.all(COMPLAINTS_OF_BUYER, buyer_id=conversation.buyer_id, rows=MOST_BESIDE)
    return Context(
        order=None if order is None else _subject("order-svc", "orders", order.id, order.state),
        case=None if case is None else _subject("aftersale-svc", "cases", case.id, case.state),
        open_cases=[_subject("aftersale-svc", "cases", each.id, each.state) for each in cases if not each.ended],
        open_complaints=[
            _subject("cs-svc", "complaints", each.id, each.state)
            for each in complaints
            if each.state is not ComplaintState.RESOLVED
        ],
    )


def _subject(service: str, noun: str, subject_id: str, state: str) -> Subject:
    return Subject(id=subject_id, state=state, service=service, path=f"/v1/{noun}/{subject_id}")
