"""Teams 客服组 and agents 坐席: who is offered which conversations, and who works now."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.agents import AgentIn, AgentOut, TeamIn, TeamOut
from cs_svc.api.schemas.shared import ChosenId
from cs_svc.commands.routing import agents
from cs_svc.domain.routing.agents import AGENT, Agent, Presence, PresenceAction
from cs_svc.domain.routing.errors import LeadOnly, ShiftsOverlap, TeamOverflowsToItself, TeamUnknown, TimeZoneNotKnown
from cs_svc.queries import routing as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["agents"], route_class=ApiRoute)
TeamId = Annotated[ChosenId, Path(description="The id of the team.")]
AgentId = Annotated[PrincipalId, Path(description="The id of the agent, who is a person.")]
STAFF = require_role("agent", "arbitrator", "admin")


@router.put(
    "/teams/{team_id}",
    operation_id="putTeam",
    responses=refusals(TeamUnknown, TeamOverflowsToItself),
    dependencies=[require_role("admin")],
)
async def put_team(team_id: TeamId, body: TeamIn, tx: Tx[Settings]) -> TeamOut:
    """Make a team with its queue, or change it. As long as there is no team, conversations do not wait in queues."""
    return TeamOut.of(await agents.put_team(tx, team_id, wanted=body.wanted()))


@router.get("/teams", operation_id="listTeams", dependencies=[STAFF])
async def list_teams(reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None) -> PageOut[TeamOut]:
    """The teams, the last by id first."""
    return PageOut[TeamOut].of(await queries.teams(reader, limit, cursor), TeamOut.of)


@router.get("/teams/{team_id}", operation_id="getTeam", dependencies=[STAFF])
async def get_team(team_id: TeamId, reader: Read[Settings]) -> TeamOut:
    """One team."""
    return TeamOut.of(await queries.team(reader, team_id))


@router.put(
    "/agents/{agent_id}",
    operation_id="putAgent",
    responses=refusals(LeadOnly, TeamUnknown, ShiftsOverlap, TimeZoneNotKnown),
    dependencies=[require_role("agent", "admin")],
)
async def put_agent(agent_id: AgentId, body: AgentIn, tx: Tx[Settings]) -> AgentOut:
    """Enter an agent, or change what is entered: an administrator, or an agent who leads all the teams of the agent."""
    return await _shown(tx, await agents.put_agent(tx, agent_id, wanted=body.wanted()))


@router.get("/agents", operation_id="listAgents", responses=refusals(LeadOnly), dependencies=[STAFF])
async def list_agents(
    reader: Read[Settings],
    team_id: Annotated[Id | None, Query(description="Only agents of this team.")] = None,
    state: Annotated[Presence | None, Query(description="Only agents with this presence.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[AgentOut]:
    """Agents, the last by id first. An agent sees themselves, and those of a team that they lead, which `team_id` names."""
    page = await queries.agent_page(reader, limit, cursor, team_id=team_id, state=state)
    loads = await queries.loads(reader, page.data)
    return PageOut[AgentOut].of(page, lambda each: AgentOut.of(each, loads[each.id], reader.now, reader.actor))


@router.get("/agents/{agent_id}", operation_id="getAgent", dependencies=[STAFF])
async def get_agent(agent_id: AgentId, reader: Read[Settings]) -> AgentOut:
    """One agent: oneself, or one of a team that the caller leads."""
    return await _shown(reader, await queries.agent(reader, agent_id))


@router.post(
    "/agents/{agent_id}/come-online",
    operation_id="comeOnline",
    dependencies=[require_action(AGENT, PresenceAction.COME_ONLINE)],
)
async def come_online(agent_id: AgentId, tx: Tx[Settings]) -> AgentOut:
    """Begin to work. To be sent again every minute: after `AFTERCARE_PRESENCE_SECONDS` without it the agent counts as offline."""
    return await _shown(tx, await agents.set_presence(tx, agent_id, action=PresenceAction.COME_ONLINE))


@router.post(
    "/agents/{agent_id}/go-away",
    operation_id="goAway",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(AGENT, PresenceAction.GO_AWAY)],
)
async def go_away(agent_id: AgentId, tx: Tx[Settings]) -> AgentOut:
    """Be offered nothing for a while. What is offered already goes to other agents. To be sent again as `come-online` is."""
    return await _shown(tx, await agents.set_presence(tx, agent_id, action=PresenceAction.GO_AWAY))


@router.post(
    "/agents/{agent_id}/go-offline",
    operation_id="goOffline",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(AGENT, PresenceAction.GO_OFFLINE)],
)
async def go_offline(agent_id: AgentId, tx: Tx[Settings]) -> AgentOut:
    """Stop to work. What is offered goes to other agents; the next message in a conversation of the agent waits for anybody."""
    return await _shown(tx, await agents.set_presence(tx, agent_id, action=PresenceAction.GO_OFFLINE))


async def _shown(reader: Read[Settings], agent: Agent) -> AgentOut:
    loads = await queries.loads(reader, [agent])
    return AgentOut.of(agent, loads.get(agent.id, 0), reader.now, reader.actor)
