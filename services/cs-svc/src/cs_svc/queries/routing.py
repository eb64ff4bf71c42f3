"""What is shown of agents, teams and queues."""

from dataclasses import dataclass
from datetime import timedelta

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from cs_svc.domain.routing.agents import Agent, Team
from cs_svc.domain.routing.errors import LeadOnly
from cs_svc.domain.routing.queue import QueueEntry
from cs_svc.domain.routing.waits import Compared, Coverage
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.routing import agents, queue, waits

ALL_SEE = ("admin", "arbitrator")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """A queue now: how many wait, for how long, in seconds, and how many agents work with how much room."""

    team: Team
    waiting: int = 0
    offered: int = 0
    longest_seconds: int = 0
    median_seconds: int = 0
    agents: int = 0
    online: int = 0
    away: int = 0
    capacity: int = 0
    load: int = 0


async def team(reader: Reader[Settings], team_id: str) -> Team:
    """One team. Raises: NotFound."""
    found = await reader.one(agents.TEAM, team_id=team_id)
    if found is None:
        raise NotFound(what="teams")
    return found


async def teams(reader: Reader[Settings], limit: int, cursor: str | None) -> Page[Team]:
    """A page of the teams, the last by id first."""
    return await reader.page(agents.TEAM_LIST, limit=limit, cursor=cursor)


async def agent(reader: Reader[Settings], agent_id: str) -> Agent:
    """One agent: oneself, or one of a team that the reader leads. Raises: NotFound."""
    found = await reader.get(agents.AGENTS, agent_id)
    if found.id != reader.actor.id and not await leads(reader, found.teams):
        raise NotFound(what="agents")
    return found


async def agent_page(
    reader: Reader[Settings], limit: int, cursor: str | None, *, team_id: str | None, state: str | None
) -> Page[Agent]:
    """A page of agents: of a team that the reader leads, or themselves where none is named. Raises: LeadOnly."""
    own = None
    if reader.actor.role not in ALL_SEE:
        if team_id is None:
            own = reader.actor.id
        elif not await leads(reader, [team_id]):
            raise LeadOnly
    return await reader.page(agents.AGENT_LIST, limit=limit, cursor=cursor, team_id=team_id, state=state, own_id=own)


async def loads(reader: Reader[Settings], found: list[Agent]) -> dict[str, int]:
    """How much each of these agents has, in the units of their capacity."""
    since = reader.now - timedelta(minutes=reader.settings.active_minutes)
    rows = await reader.all(queue.LOADS, ids=[each.id for each in found], active_since=since)
    return {row["id"]: row["load"] for row in rows}


async def queues(reader: Reader[Settings]) -> list[QueueFigures]:
    """The queues that the reader may see: all, or those of their own teams."""
    shown = await reader.all(agents.ALL_TEAMS)
    if reader.actor.role not in ALL_SEE:
        own = await reader.one(agents.AGENT, agent_id=reader.actor.id)
        mine = set() if own is None else {*own.teams, *own.leads}
        shown = [each for each in shown if each.id in mine]
    since = reader.now - timedelta(minutes=reader.settings.active_minutes)
    waits = {row["team_id"]: dict(row) for row in await reader.all(queue.QUEUE_FIGURES, now=reader.now)}
    people = {row["team_id"]: dict(row) for row in await reader.all(queue.PRESENCES, active_since=since)}
    return [_figures(each, waits.get(each.id, {}) | people.get(each.id, {})) for each in shown]


def _figures(team: Team, found: dict[str, int]) -> QueueFigures:
    return QueueFigures(team=team, **{name: value for name, value in found.items() if name != "team_id"})


async def entries(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[QueueEntry]:
    """A page of stays in queues, newest first: of a team that the reader leads, or offered to the reader where no team is named.

    Raises:
        LeadOnly: the filters name another agent, or a team that the reader does not lead.
    """
    team_id, agent_id, own = filters["team_id"], filters["agent_id"], None
    if agent_id != reader.actor.id and reader.actor.role not in ALL_SEE:
        if team_id is None and agent_id is None:
            own = reader.actor.id
        elif team_id is None or not await leads(reader, [team_id]):
            raise LeadOnly
    return await reader.page(queue.QUEUE_ENTRY_LIST, limit=limit, cursor=cursor, own_id=own, **filters)


async def entry(reader: Reader[Settings], entry_id: str) -> QueueEntry:
    """One stay in a queue, for who leads the team and who is or was offered it. Raises: NotFound."""
    found = await reader.get(queue.QUEUE_ENTRIES, entry_id)
    mine = reader.actor.id == found.agent_id or reader.actor.id in found.refused_by
    if not mine and not await leads(reader, [found.team_id]):
        raise NotFound(what="queue_entries")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a conversation stands in its queue: the first is 1. `low` and `high` are seconds from now; None where nothing is known."""

    entry: QueueEntry
    position: int | None
    low: int | None
    high: int | None
    coverage: float | None


async def place(reader: Reader[Settings], conversation_id: str) -> Place:
    """Where a conversation that the reader may see stands in its queue. Raises: NotFound, also where it never waited."""
    await reader.get(CONVERSATIONS, conversation_id)
    found = await reader.one(queue.LAST_ENTRY, conversation_id=conversation_id)
    if found is None:
        raise NotFound(what="queue_entries")
    position = None if found.left_at is not None else await _position(reader, found)
    rows = await reader.all(waits.COVERAGE_OF, team_id=found.first_team_id)
    counted, covered = sum(each.counted for each in rows), sum(each.covered for each in rows)
    waited = (reader.now - found.waiting_since).total_seconds()
    left = [
        None
        if bound is None or position is None or waited > (found.predicted_high or 0)
        else max(0, int(bound - waited))
        for bound in (found.predicted_low, found.predicted_high)
    ]
    share = covered / counted if counted else None
    return Place(entry=found, position=position, low=left[0], high=left[1], coverage=share)


async def _position(reader: Reader[Settings], found: QueueEntry) -> int:
    ahead = await reader.one(waits.AHEAD_OF, entry_id=found.id, aging=reader.settings.queue_aging_seconds)
    return 1 + (0 if ahead is None else ahead["number"])


async def coverage(reader: Reader[Settings], team_id: str) -> list[Coverage]:
    """How often the forecasts of a queue were right, by how many were ahead. Raises: NotFound."""
    await team(reader, team_id)
    return await reader.all(waits.COVERAGE_OF, team_id=team_id)


async def compared(reader: Reader[Settings]) -> list[Compared]:
    """How often the forecasts of all queues were right, whoever the reader is: figures without a name."""
    return await reader.all(waits.COMPARED)


async def leads(reader: Reader[Settings], team_ids: list[str]) -> bool:
    """Whether the reader leads one of these teams; administrators and arbitrators see all."""
    if reader.actor.role in ALL_SEE:
        return True
    own = await reader.one(agents.AGENT, agent_id=reader.actor.id)
    return own is not None and not set(own.leads).isdisjoint(team_ids)
