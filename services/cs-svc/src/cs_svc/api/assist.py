"""Agent assist 坐席辅助: suggested replies and how they are used, macros, and what is shown beside a conversation."""

from datetime import timedelta
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId, Time
from fastapi import APIRouter, Path, Query

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.assist import ContextOut, FilledOut, MacroIn, MacroOut, OutcomesOut, SuggestIn, SuggestionsOut
from cs_svc.api.schemas.shared import ChosenId
from cs_svc.commands import assist
from cs_svc.domain.assist import MacroVariableMissing, MacroVariableUnknown
from cs_svc.domain.routing.errors import LeadOnly, TeamUnknown
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.queries import assist as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["assist"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")
MacroId = Annotated[ChosenId, Path(description="The id of the macro.")]
FOR_BUYER = SuggestIn()
SINCE_DAYS = 30


@router.get("/suggestions/figures", operation_id="getSuggestionFigures", dependencies=[STAFF])
async def get_figures(
    reader: Read[Settings],
    since: Annotated[Time | None, Query(description="From when; thirty days ago where it is left out.")] = None,
    agent_id: Annotated[PrincipalId | None, Query(description="Only those of this agent.")] = None,
) -> OutcomesOut:
    """How many suggestions were posted as they were, with other words, or not, by agent, intent and article. An agent gets their own."""
    begin = since or reader.now - timedelta(days=SINCE_DAYS)
    return OutcomesOut.of(await queries.outcomes(reader, begin, agent_id))


@router.get("/conversations/{conversation_id}/context", operation_id="getConversationContext", dependencies=[STAFF])
async def get_context(conversation_id: ConversationId, reader: Read[Settings]) -> ContextOut:
    """The order and case of a conversation, and what else of the buyer is open, with where each is shown with its allowed actions."""
    return ContextOut.of(await queries.context(reader, conversation_id))


@router.put(
    "/macros/{macro_id}",
    operation_id="putMacro",
    responses=refusals(LeadOnly, TeamUnknown, MacroVariableUnknown),
    dependencies=[require_role("agent", "admin")],
)
async def put_macro(macro_id: MacroId, body: MacroIn, tx: Tx[Settings]) -> MacroOut:
    """Make a macro, or change it: an administrator, or an agent who leads its team."""
    return MacroOut.of(await assist.put_macro(tx, macro_id, **body.model_dump()))


@router.get("/macros", operation_id="listMacros", dependencies=[STAFF])
async def list_macros(
    reader: Read[Settings],
    team_id: Annotated[Id | None, Query(description="Only those of this team.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[MacroOut]:
    """The macros, the last by id first."""
    return PageOut[MacroOut].of(await queries.macros(reader, limit, cursor, team_id=team_id), MacroOut.of)


@router.get("/macros/{macro_id}", operation_id="getMacro", dependencies=[STAFF])
async def get_macro(macro_id: MacroId, reader: Read[Settings]) -> MacroOut:
    """One macro."""
    return MacroOut.of(await queries.macro(reader, macro_id))


@router.get(
    "/conversations/{conversation_id}/macros/{macro_id}",
    operation_id="fillMacro",
    responses=refusals(MacroVariableMissing),
    dependencies=[STAFF],
)
async def fill_macro(conversation_id: ConversationId, macro_id: MacroId, reader: Read[Settings]) -> FilledOut:
    """The text of a macro with what the conversation has for its variables."""
    return FilledOut(text=await assist.fill(reader, conversation_id, macro_id))


def suggesting(reading: BotReading) -> APIRouter:
    """The route of suggestions, with what reads texts."""
    routes = APIRouter(prefix="/v1/conversations", tags=["assist"], route_class=ApiRoute)

    @routes.post(
        "/{conversation_id}/suggestions",
        operation_id="suggestReplies",
        status_code=201,
        dependencies=[require_role("agent")],
    )
    async def suggest(conversation_id: ConversationId, tx: Tx[Settings], body: SuggestIn = FOR_BUYER) -> SuggestionsOut:
        """Replies with citations for the last message of the buyer, or for what the agent has written so far. What is shown is recorded."""
        found = await assist.suggest(tx, conversation_id, text=body.text, classifiers=reading.classifiers)
        return SuggestionsOut.of(found)

    return routes
