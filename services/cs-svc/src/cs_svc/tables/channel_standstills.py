"""Since when messages of channels are due, in and out, and how many could not be sent so far."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import func, literal_column, select

from cs_svc.tables.deliveries import deliveries
from cs_svc.tables.inbound import awaited_files, channel_inbox

MOST_COUNTED = 10_000
OLDEST_DUE: Query[Record] = Query(
    select(
        select(func.min(deliveries.c.due_at))
        .where(deliveries.c.due_at.is_not(None))
        .scalar_subquery()
        .label("delivery"),
        select(func.min(channel_inbox.c.due_at))
        .where(channel_inbox.c.due_at.is_not(None))
        .scalar_subquery()
        .label("inbound"),
        select(func.min(awaited_files.c.due_at)).scalar_subquery().label("file"),
    )
)
"""When the oldest of them became due: a message that is to be sent, one that came in, and a file of a message that is to be fetched."""
_some = (
    select(deliveries.c.channel)
    .where(deliveries.c.due_at.is_not(None), deliveries.c.attempts > literal_column("0"))
    .limit(literal_column(str(MOST_COUNTED)))
    .subquery()
)
REPEATED: Query[Record] = Query(select(_some.c.channel, func.count().label("number")).group_by(_some.c.channel))
"""How many messages of each channel are attempted again, as each attempt so far has failed, up to MOST_COUNTED."""
