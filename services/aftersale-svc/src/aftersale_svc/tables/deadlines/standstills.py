"""When the timers last ran, and the times in which they did not."""

from aftercare_chassis.database.columns import timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, Table, Text, bindparam, select

from aftersale_svc.domain.deadlines.standstills import Beat, Standstill
from aftersale_svc.tables.schema import metadata

RECENT = 20

timer_beats = Table("timer_beats", metadata, Column("name", Text, primary_key=True), timestamp("at"))

standstills = Table(
    "standstills",
    metadata,
    Column("id", Text, primary_key=True),
    timestamp("began_at"),
    timestamp("ended_at"),
    timestamp("grace_until"),
    CheckConstraint("began_at < ended_at AND ended_at < grace_until", name="times"),
)

BEATS = Rows(timer_beats, Beat)
STANDSTILLS = Rows(standstills, Standstill)
LAST_BEAT = Query(
    select(timer_beats).where(timer_beats.c.name == bindparam("name")).with_for_update(key_share=True), Beat
)
RECENT_STANDSTILLS = Query(select(standstills).order_by(standstills.c.id.desc()).limit(RECENT), Standstill)
