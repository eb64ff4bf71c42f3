"""Queues 排队: how many conversations wait for which team, and taking what is offered."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.queues import CoverageOut, QueueEntryOut, QueueOut, QueuePlaceOut, QueuesOut
from cs_svc.commands.routing import queue
from cs_svc.domain.routing.errors import LeadOnly, OfferedToAnother
from cs_svc.domain.routing.queue import QUEUE_ENTRY, QueueAction, QueueState
from cs_svc.queries import routing as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)
EntryId = Annotated[Id, Path(description="The id of the stay in the queue.")]
STAFF = require_role("agent", "arbitrator", "admin")


@router.get("/queues", operation_id="listQueues", dependencies=[STAFF])
async def list_queues(reader: Read[Settings]) -> QueuesOut:
    """The queues now: who waits, for how long, and who works. An agent sees those of their own teams."""
    return QueuesOut(data=[QueueOut.of(each) for each in await queries.queues(reader)])


@router.get("/queues/{team_id}/coverage", operation_id="getQueueCoverage", dependencies=[STAFF])
async def get_coverage(
    team_id: Annotated[Id, Path(description="The id of the queue, which is that of its team.")], reader: Read[Settings]
) -> CoverageOut:
    """How often the true wait was in the interval that the buyer was shown. Nine of ten are promised."""
    return CoverageOut.of(await queries.coverage(reader, team_id))


@router.get("/conversations/{conversation_id}/queue", operation_id="getQueuePlace")
async def get_place(
    conversation_id: Annotated[Id, Path(description="The id of the conversation.")], reader: Read[Settings]
) -> QueuePlaceOut:
    """Where a conversation stands in its queue, and how long it will wait; 404 where it never waited for an agent."""
    return QueuePlaceOut.of(await queries.place(reader, conversation_id))


@router.get("/queue-entries", operation_id="listQueueEntries", responses=refusals(LeadOnly), dependencies=[STAFF])
async def list_queue_entries(
    reader: Read[Settings],
    team_id: Annotated[Id | None, Query(description="Only those of this team.")] = None,
    agent_id: Annotated[
        PrincipalId | None, Query(description="Only those offered to, or taken by, this agent.")
    ] = None,
    conversation_id: Annotated[Id | None, Query(description="Only those of this conversation.")] = None,
    state: Annotated[QueueState | None, Query(description="Only those in this state.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[QueueEntryOut]:
    """Stays of conversations in queues, newest first. An agent sees those offered to, or taken by, themselves, and those of a team that they lead, which `team_id` names."""
    filters = {"team_id": team_id, "agent_id": agent_id, "conversation_id": conversation_id, "state": state}
    page = await queries.entries(reader, limit, cursor, **filters)
    return PageOut[QueueEntryOut].of(page, lambda each: QueueEntryOut.of(each, reader.actor))


@router.get("/queue-entries/{queue_entry_id}", operation_id="getQueueEntry", dependencies=[STAFF])
async def get_queue_entry(queue_entry_id: EntryId, reader: Read[Settings]) -> QueueEntryOut:
    """One stay of a conversation in a queue."""
    return QueueEntryOut.of(await queries.entry(reader, queue_entry_id), reader.actor)


@router.post(
    "/queue-entries/{queue_entry_id}/accept",
    operation_id="acceptOffer",
    responses=refusals(IllegalTransition, OfferedToAnother),
    dependencies=[require_action(QUEUE_ENTRY, QueueAction.ACCEPT)],
)
async def accept_offer(queue_entry_id: EntryId, tx: Tx[Settings]) -> QueueEntryOut:
    """Take the conversation that is offered: it is assigned to the caller."""
    return QueueEntryOut.of(await queue.accept(tx, queue_entry_id), tx.actor)


@router.post(
    "/queue-entries/{queue_entry_id}/decline",
    operation_id="declineOffer",
    responses=refusals(IllegalTransition, OfferedToAnother),
    dependencies=[require_action(QUEUE_ENTRY, QueueAction.DECLINE)],
)
async def decline_offer(queue_entry_id: EntryId, tx: Tx[Settings]) -> QueueEntryOut:
    """Do not take the conversation that is offered: it is offered to another agent, and keeps its place."""
    return QueueEntryOut.of(await queue.decline(tx, queue_entry_id), tx.actor)
