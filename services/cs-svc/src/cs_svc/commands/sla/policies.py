"""Policies and calendars: make and change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.working_time import WorkingWindow, overlap
from aftercare_events import SlaCalendarSet, SlaPolicySet, trace_fields

from cs_svc.domain.channels import Channel
from cs_svc.domain.routing.errors import TeamUnknown, TimeZoneNotKnown
from cs_svc.domain.sla.calendars import SlaCalendar, StoredDay, StoredWindow
from cs_svc.domain.sla.errors import SlaCalendarUnknown, SlaHoursOverlap, SlaHoursTooFew
from cs_svc.domain.sla.policies import Escalation, SlaPolicy
from cs_svc.settings import Settings
from cs_svc.tables.routing.agents import TEAM
from cs_svc.tables.sla import policies as tables

CALENDARS = "sla-calendars"
"""The worker that moves clocks when their calendar has changed."""
LEAST_WEEKLY_MINUTES = 10 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySetting:
    """What is set of a policy; see `SlaPolicy`."""

    team_id: str | None
    channel: Channel | None
    merchant_id: str | None
    priority: str | None
    calendar_id: str | None
    first_answer_minutes: int | None
    next_answer_minutes: int | None
    resolution_minutes: int | None
    escalations: Sequence[Escalation]
    pause_when_snoozed: bool


async def put_policy(tx: Transaction[Settings], policy_id: str, *, wanted: PolicySetting) -> SlaPolicy:
    """Make a policy, or change it; clocks that run already go on by the version with which they began.

    Raises:
        TeamUnknown, SlaCalendarUnknown: it names one that does not exist.
        Stale: the request's If-Match names another version.
    """
    known = await tx.look_up(tables.POLICY, id=policy_id)
    tx.check_condition(None if known is None else known.version)
    if wanted.team_id is not None and await tx.one(TEAM, team_id=wanted.team_id) is None:
        raise TeamUnknown(pointer="/team_id", value=wanted.team_id)
    if wanted.calendar_id is not None and await tx.one(tables.CALENDAR, id=wanted.calendar_id) is None:
        raise SlaCalendarUnknown(pointer="/calendar_id", value=wanted.calendar_id)
    policy = SlaPolicy(
        id=policy_id,
        version=0 if known is None else known.version,
        team_id=wanted.team_id,
        channel=wanted.channel,
        merchant_id=wanted.merchant_id,
        priority=wanted.priority,
        calendar_id=wanted.calendar_id,
        first_answer_minutes=wanted.first_answer_minutes,
        next_answer_minutes=wanted.next_answer_minutes,
        resolution_minutes=wanted.resolution_minutes,
        escalations=sorted(wanted.escalations, key=lambda each: each["percent"]),
        pause_when_snoozed=wanted.pause_when_snoozed,
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    event = SlaPolicySet(
        **trace_fields(tx, affected_party=policy_id, applicant=policy_id, result="set"),
        policy_id=policy_id,
        merchant_id=policy.merchant_id,
        calendar_id=policy.calendar_id,
    )
    return await (tx.create if known is None else tx.save)(tables.POLICIES, policy, event)


async def put_calendar(
    tx: Transaction[Settings],
    calendar_id: str,
    *,
    time_zone: str,
    windows: Sequence[StoredWindow],
    days: Sequence[StoredDay],
) -> SlaCalendar:
    """Make a calendar, or change it. The clocks that run in it are moved soon after.

    Raises:
        TimeZoneNotKnown, SlaHoursOverlap, SlaHoursTooFew: see there.
        Stale: the request's If-Match names another version.
    """
    known = await tx.look_up(tables.CALENDAR, id=calendar_id)
    tx.check_condition(None if known is None else known.version)
    if time_zone not in available_timezones():
        raise TimeZoneNotKnown(pointer="/time_zone", value=time_zone)
    if overlap([WorkingWindow(**each) for each in windows]):
        raise SlaHoursOverlap(pointer="/windows")
    if sum(each["closes"] - each["opens"] for each in windows) < LEAST_WEEKLY_MINUTES:
        raise SlaHoursTooFew(pointer="/windows", least_hours=LEAST_WEEKLY_MINUTES // 60)
    calendar = SlaCalendar(
        id=calendar_id,
        version=0 if known is None else known.version,
        time_zone=time_zone,
        windows=list(windows),
        days=sorted(days, key=lambda each: each["day"]),
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    event = SlaCalendarSet(
        **trace_fields(tx, affected_party=calendar_id, applicant=calendar_id, result="set"), calendar_id=calendar_id
    )
    tx.wake(CALENDARS)
    return await (tx.create if known is None else tx.save)(tables.CALENDARS, calendar, event)
