"""SLA 服务时限: policies, calendars, and what will be late."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.shared import ChosenId
from cs_svc.api.schemas.sla import SlaCalendarIn, SlaCalendarOut, SlaClockOut, SlaPolicyIn, SlaPolicyOut
from cs_svc.commands.sla import policies
from cs_svc.domain.routing.errors import LeadOnly, TeamUnknown, TimeZoneNotKnown
from cs_svc.domain.sla.errors import SlaCalendarUnknown, SlaHoursOverlap, SlaHoursTooFew
from cs_svc.domain.sla.policies import ClockKind
from cs_svc.queries import sla as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/sla", tags=["sla"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")
PolicyId = Annotated[ChosenId, Path(description="The id of the policy.")]
CalendarId = Annotated[ChosenId, Path(description="The id of the calendar.")]


@router.put(
    "/policies/{policy_id}",
    operation_id="putSlaPolicy",
    responses=refusals(TeamUnknown, SlaCalendarUnknown),
    dependencies=[require_role("admin")],
)
async def put_policy(policy_id: PolicyId, body: SlaPolicyIn, tx: Tx[Settings]) -> SlaPolicyOut:
    """Make a policy, or change it. Clocks that run already go on as they began."""
    return SlaPolicyOut.of(await policies.put_policy(tx, policy_id, wanted=body.wanted()))


@router.get("/policies", operation_id="listSlaPolicies", dependencies=[STAFF])
async def list_policies(
    reader: Read[Settings],
    merchant_id: Annotated[PrincipalId | None, Query(description="Only those for this merchant.")] = None,
    team_id: Annotated[Id | None, Query(description="Only those for this team.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[SlaPolicyOut]:
    """Policies, the last by id first. Of those that match a conversation, the one that is for the fewest others holds."""
    page = await queries.policies(reader, limit, cursor, merchant_id=merchant_id, team_id=team_id)
    return PageOut[SlaPolicyOut].of(page, SlaPolicyOut.of)


@router.get("/policies/{policy_id}", operation_id="getSlaPolicy", dependencies=[STAFF])
async def get_policy(policy_id: PolicyId, reader: Read[Settings]) -> SlaPolicyOut:
    """One policy."""
    return SlaPolicyOut.of(await queries.policy(reader, policy_id))


@router.put(
    "/calendars/{calendar_id}",
    operation_id="putSlaCalendar",
    responses=refusals(TimeZoneNotKnown, SlaHoursOverlap, SlaHoursTooFew),
    dependencies=[require_role("admin")],
)
async def put_calendar(calendar_id: CalendarId, body: SlaCalendarIn, tx: Tx[Settings]) -> SlaCalendarOut:
    """Make a calendar, or change it: the clocks that run in it move within a minute."""
    changed = await policies.put_calendar(
        tx, calendar_id, time_zone=body.time_zone, windows=body.stored_windows(), days=body.stored_days()
    )
    return SlaCalendarOut.of(changed)


@router.get("/calendars/{calendar_id}", operation_id="getSlaCalendar", dependencies=[STAFF])
async def get_calendar(calendar_id: CalendarId, reader: Read[Settings]) -> SlaCalendarOut:
    """One calendar."""
    return SlaCalendarOut.of(await queries.calendar(reader, calendar_id))


@router.get("/breaches", operation_id="listSlaBreaches", responses=refusals(LeadOnly), dependencies=[STAFF])
async def list_breaches(
    reader: Read[Settings],
    within: Annotated[int, Query(ge=0, le=10_080, description="So many minutes ahead; 0: only what is late.")] = 60,
    kind: Annotated[ClockKind | None, Query(description="Only clocks of this kind.")] = None,
    team_id: Annotated[Id | None, Query(description="Only conversations of this team.")] = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only those of this merchant.")] = None,
    conversation_id: Annotated[Id | None, Query(description="Only those of this conversation.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[SlaClockOut]:
    """What is late, and what will be if nobody answers, the earliest first. An agent sees those of teams that they lead, of no team, and of their own
    conversations."""
    filters = {"kind": kind, "team_id": team_id, "merchant_id": merchant_id, "conversation_id": conversation_id}
    page = await queries.breaches(reader, limit, cursor, within=within, **filters)
    return PageOut[SlaClockOut].of(page, SlaClockOut.of)
