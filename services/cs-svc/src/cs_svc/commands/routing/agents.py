"""Teams and agents: set them, and whether an agent works."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import AgentPresenceChanged, AgentSet, TeamSet

from cs_svc.commands.deadlines import agent_timer
from cs_svc.commands.routing import queue
from cs_svc.commands.routing.record import agent_fields, team_fields
from cs_svc.domain.routing.agents import Agent, Presence, PresenceAction, Skill, Team, with_presence
from cs_svc.domain.routing.errors import LeadOnly, ShiftsOverlap, TeamOverflowsToItself, TeamUnknown, TimeZoneNotKnown
from cs_svc.domain.routing.shifts import Shift, TimeOff, overlap
from cs_svc.settings import Settings
from cs_svc.tables.routing import agents as tables

ROUTING = "routing"
"""The worker that offers waiting conversations to agents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSetting:
    """What is set of a team; see `Team`."""

    name: str
    merchant_id: str | None
    reasons: Sequence[str]
    languages: Sequence[str]
    overflow_team_id: str | None
    overflow_seconds: int
    offer_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSetting:
    """What is set of an agent; see `Agent`."""

    teams: Sequence[str]
    leads: Sequence[str]
    skills: Sequence[Skill]
    capacity: int
    time_zone: str
    shifts: Sequence[Shift]
    time_off: Sequence[TimeOff]


async def put_team(tx: Transaction[Settings], team_id: str, *, wanted: TeamSetting) -> Team:
    """Make the team, or change it. Conversations that wait for it already go on as they did.

    Raises:
        TeamUnknown, TeamOverflowsToItself: the team that it overflows to does not exist, or leads back to this one.
        Stale: the request's If-Match names another version.
    """
    await tx.lock_all(tables.LOCK_TEAMS)
    known = await tx.look_up(tables.TEAM, team_id=team_id)
    tx.check_condition(None if known is None else known.version)
    await _check_overflow(tx, team_id, wanted.overflow_team_id)
    team = Team(
        id=team_id,
        version=0 if known is None else known.version,
        name=wanted.name,
        merchant_id=wanted.merchant_id,
        reasons=sorted(set(wanted.reasons)),
        languages=sorted(set(wanted.languages)),
        overflow_team_id=wanted.overflow_team_id,
        overflow_seconds=wanted.overflow_seconds,
        offer_seconds=wanted.offer_seconds,
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    event = TeamSet(**team_fields(tx, team))
    return await (tx.create if known is None else tx.save)(tables.TEAMS, team, event)


async def put_agent(tx: Transaction[Settings], agent_id: str, *, wanted: AgentSetting) -> Agent:
    """Enter the agent, or change what is entered; whether the agent works stays as it is.

    Raises:
        LeadOnly: the actor does not lead all the teams that the agent gets or has, or names teams that the agent is to lead.
        TeamUnknown, ShiftsOverlap, TimeZoneNotKnown: see there.
        Stale: the request's If-Match names another version.
    """
    known = await tx.look_up(tables.LOCK_AGENT, agent_id=agent_id)
    tx.check_condition(None if known is None else known.version)
    await _check_wanted(tx, known, wanted)
    agent = Agent(
        id=agent_id,
        version=0 if known is None else known.version,
        state=Presence.OFFLINE if known is None else known.state,
        teams=sorted(set(wanted.teams)),
        leads=sorted(set(wanted.leads)),
        skills=list(wanted.skills),
        capacity=wanted.capacity,
        time_zone=wanted.time_zone,
        shifts=list(wanted.shifts),
        time_off=list(wanted.time_off),
        seen_until=None if known is None else known.seen_until,
        deadline_at=None if known is None else known.deadline_at,
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    event = AgentSet(
        **agent_fields(tx, agent), team_ids=tuple(agent.teams), leads=tuple(agent.leads), capacity=agent.capacity
    )
    tx.wake(ROUTING)
    return await (tx.create if known is None else tx.save)(tables.AGENTS, agent, event)


async def set_presence(tx: Transaction[Settings], agent_id: str, *, action: PresenceAction) -> Agent:
    """Note that the agent works, is away or stops. The same again extends the time after which an agent counts as offline.

    Raises:
        NotFound: there is no such agent, or the actor is another one who leads none of the agent's teams.
        IllegalTransition: the agent is offline already.
    """
    agent = await tx.lock(tables.AGENTS, agent_id)
    if agent_id != tx.actor.id and not await leads_any(tx, agent.teams):
        raise NotFound(what="agents")
    changed = with_presence(agent, action, tx)
    if changed.state is agent.state:
        tx.change(
            tables.AGENTS.name,
            tables.EXTEND_PRESENCE,
            agent_id=agent_id,
            seen_until=changed.seen_until,
            deadline_at=changed.deadline_at,
        )
        return changed
    return await _changed(tx, changed, "set")


@agent_timer(PresenceAction.EXPIRE)
async def expire(tx: Transaction[Settings], agent: Agent) -> None:
    """Take the locked agent, who has sent nothing, for offline."""
    await _changed(tx, with_presence(agent, PresenceAction.EXPIRE, tx), "expired")


async def _changed(tx: Transaction[Settings], agent: Agent, cause: str) -> Agent:
    saved = await tx.save(tables.AGENTS, agent, AgentPresenceChanged(**agent_fields(tx, agent), cause=cause))
    if agent.state is not Presence.ONLINE:
        await queue.withdraw_offers(tx, agent.id)
    tx.wake(ROUTING)
    return saved


async def leads_any(reader: Reader[Settings], teams: Collection[str]) -> bool:
    """Whether the actor manages agents of one of these teams at least: administrators and arbitrators see all."""
    if reader.actor.role in ("admin", "arbitrator", "system"):
        return True
    own = await reader.one(tables.AGENT, agent_id=reader.actor.id)
    return own is not None and not set(own.leads).isdisjoint(teams)


async def _check_wanted(tx: Transaction[Settings], known: Agent | None, wanted: AgentSetting) -> None:
    had = set() if known is None else {*known.teams, *known.leads}
    if tx.actor.role != "admin":
        own = await tx.one(tables.AGENT, agent_id=tx.actor.id)
        leads = set() if own is None else set(own.leads)
        led_before = set() if known is None else set(known.leads)
        if not leads or not {*wanted.teams, *had} <= leads or set(wanted.leads) != led_before:
            raise LeadOnly
    named = {*wanted.teams, *wanted.leads}
    found = {row["id"] for row in await tx.all(tables.KNOWN_TEAMS, ids=sorted(named))}
    if named - found:
        raise TeamUnknown(pointer="/teams", value=", ".join(sorted(named - found)))
    if overlap(wanted.shifts):
        raise ShiftsOverlap(pointer="/shifts")
    if wanted.time_zone not in available_timezones():
        raise TimeZoneNotKnown(pointer="/time_zone", value=wanted.time_zone)


async def _check_overflow(tx: Transaction[Settings], team_id: str, overflow: str | None) -> None:
    teams = {each.id: each for each in await tx.all(tables.ALL_TEAMS)}
    if overflow is not None and overflow != team_id and overflow not in teams:
        raise TeamUnknown(pointer="/overflow_team_id", value=overflow)
    seen = {team_id}
    while overflow is not None:
        if overflow in seen:
            raise TeamOverflowsToItself(pointer="/overflow_team_id", value=overflow)
        seen.add(overflow)
        overflow = teams[overflow].overflow_team_id
