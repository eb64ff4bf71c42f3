"""Policies and calendars."""

from aftercare_chassis.database.columns import aggregate, document, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import Boolean, Column, Table, Text, any_, bindparam, false, select
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.routing.queue import Priority
from cs_svc.domain.sla.calendars import SlaCalendar
from cs_svc.domain.sla.policies import SlaPolicy
from cs_svc.tables.schema import metadata

sla_policies = Table(
    "sla_policies",
    metadata,
    *aggregate(),
    text("team_id", null=True),
    text("channel", null=True),
    text("merchant_id", null=True),
    *one_of("priority", Priority, null=True),
    text("calendar_id", null=True),
    *quantity("first_answer_minutes", 1, null=True),
    *quantity("next_answer_minutes", 1, null=True),
    *quantity("resolution_minutes", 1, null=True),
    document("escalations"),
    Column("pause_when_snoozed", Boolean, nullable=False, server_default=false()),
    timestamp("created_at"),
    timestamp("updated_at"),
)
sla_calendars = Table(
    "sla_calendars",
    metadata,
    *aggregate(),
    text("time_zone"),
    document("windows"),
    document("days"),
    timestamp("created_at"),
    timestamp("updated_at"),
)

_STAFF = {"agent": None, "arbitrator": None, "admin": None}
POLICIES = Rows(sla_policies, SlaPolicy, _STAFF)
CALENDARS = Rows(sla_calendars, SlaCalendar, _STAFF)
POLICY_LIST = Listing(sla_policies, SlaPolicy, filters=("merchant_id", "team_id"), seen_by=_STAFF)
ALL_POLICIES = Query(select(*POLICIES.columns).order_by(sla_policies.c.id), SlaPolicy)
POLICY = Query(select(*POLICIES.columns).where(sla_policies.c.id == bindparam("id", type_=Text)), SlaPolicy)
CALENDAR = Query(select(*CALENDARS.columns).where(sla_calendars.c.id == bindparam("id", type_=Text)), SlaCalendar)
CALENDARS_OF = Query(
    select(*CALENDARS.columns).where(sla_calendars.c.id == any_(bindparam("ids", type_=ARRAY(Text)))), SlaCalendar
)
