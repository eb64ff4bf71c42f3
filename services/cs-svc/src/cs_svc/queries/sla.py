"""What is shown of SLA policies, calendars and clocks."""

from datetime import timedelta

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.routing.errors import LeadOnly
from cs_svc.domain.sla.calendars import SlaCalendar
from cs_svc.domain.sla.clocks import Clock
from cs_svc.domain.sla.policies import SlaPolicy
from cs_svc.queries.routing import ALL_SEE, leads
from cs_svc.settings import Settings
from cs_svc.tables.sla.clocks import BREACH_LIST
from cs_svc.tables.sla.policies import CALENDARS, POLICIES, POLICY_LIST


async def policy(reader: Reader[Settings], policy_id: str) -> SlaPolicy:
    """One policy. Raises: NotFound."""
    return await reader.get(POLICIES, policy_id)


async def policies(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[SlaPolicy]:
    """A page of policies, the last by id first."""
    return await reader.page(POLICY_LIST, limit=limit, cursor=cursor, **filters)


async def calendar(reader: Reader[Settings], calendar_id: str) -> SlaCalendar:
    """One calendar. Raises: NotFound."""
    return await reader.get(CALENDARS, calendar_id)


async def breaches(
    reader: Reader[Settings], limit: int, cursor: str | None, *, within: int, **filters: str | None
) -> Page[Clock]:
    """A page of the clocks whose time has passed, or will have within so many minutes, the earliest first. An agent gets those of teams
    that they lead, of no team, and of conversations that they have.

    Raises:
        LeadOnly: the filters name a team that the reader, an agent, does not lead.
    """
    own = None if reader.actor.role in ALL_SEE else reader.actor.id
    if own is not None and filters["team_id"] is not None and not await leads(reader, [filters["team_id"]]):
        raise LeadOnly
    until = reader.now + timedelta(minutes=within)
    return await reader.page(BREACH_LIST, limit=limit, cursor=cursor, until=until, seen_by_agent=own, **filters)
